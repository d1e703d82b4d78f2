-- Question: was the debtor contacted more often within a number of days, whatever the week, than allowed?
-- Grain: one finding a rule of this kind and call or contact that counts for it.
-- Columns: those of history_findings. A touch is broken if it goes beyond the limit, counted up to itself.
insert into history_findings by name
with counting as (
    select
        touches.call_id,
        touches.contact_id,
        touches.debtor_id,
        case when limits.per_debt then touches.debt_id end as debt_id,
        touches.touched_at,
        touches.local_day,
        touches.channel,
        limits.rule,
        limits.severity,
        limits.most,
        limits.days,
        limits.per_debt,
        limits.channels,
        touches.outbound is not null and (touches.debt_id is not null or not limits.per_debt) as is_checkable
    from touches
    join history_limits as limits
        on limits.country = touches.country
        and limits.kind = 'contacts_in_days'
        and touches.local_day >= limits.since
        and (len(limits.channels) = 0 or list_contains(limits.channels, touches.channel::varchar))
        and (touches.reached or not limits.reached_only)
        and touches.outbound is distinct from false
),
counted as (
    select counting.call_id, counting.contact_id, counting.rule, counting.severity, counting.most, counting.days,
        counting.is_checkable, count(*) as n
    from counting
    join counting as earlier
        on earlier.rule = counting.rule
        and earlier.debtor_id = counting.debtor_id
        and earlier.debt_id is not distinct from counting.debt_id
        and earlier.is_checkable = counting.is_checkable
        and earlier.local_day > counting.local_day - counting.days
        and (earlier.touched_at, coalesce(earlier.call_id, earlier.contact_id))
            <= (counting.touched_at, coalesce(counting.call_id, counting.contact_id))
    group by all
)
select
    call_id,
    contact_id,
    rule,
    case when not is_checkable then 'not_checkable' when n > most then 'broken' else 'kept' end as result,
    severity,
    case when not is_checkable then 'direction or debt unknown' else format('contact {} within {} days, {} allowed', n, days, most) end as evidence
from counted
