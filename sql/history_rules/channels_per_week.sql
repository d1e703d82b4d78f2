-- Question: was the debtor contacted by more channels in one week, Monday to Sunday, than allowed?
-- Grain: one finding a rule of this kind and call or contact that counts for it.
-- Columns: those of history_findings. A touch is broken if it brings a channel beyond the limit, counted up
--     to itself.
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
        and limits.kind = 'channels_per_week'
        and touches.local_day >= limits.since
        and (len(limits.channels) = 0 or list_contains(limits.channels, touches.channel::varchar))
        and (touches.reached or not limits.reached_only)
        and touches.outbound is distinct from false
),
counted as (
    select counting.call_id, counting.contact_id, counting.rule, counting.severity, counting.most,
        counting.is_checkable, count(distinct earlier.channel) as n,
        bool_or(earlier.channel = counting.channel
            and (earlier.touched_at, coalesce(earlier.call_id, earlier.contact_id))
                < (counting.touched_at, coalesce(counting.call_id, counting.contact_id))) as channel_seen
    from counting
    join counting as earlier
        on earlier.rule = counting.rule
        and earlier.debtor_id = counting.debtor_id
        and earlier.debt_id is not distinct from counting.debt_id
        and earlier.is_checkable = counting.is_checkable
        and date_trunc('week', earlier.local_day) = date_trunc('week', counting.local_day)
        and (earlier.touched_at, coalesce(earlier.call_id, earlier.contact_id))
            <= (counting.touched_at, coalesce(counting.call_id, counting.contact_id))
    group by counting.call_id, counting.contact_id, counting.rule, counting.severity, counting.most,
        counting.is_checkable
)
select
    call_id,
    contact_id,
    rule,
    case when not is_checkable then 'not_checkable' when n > most and not channel_seen then 'broken' else 'kept' end as result,
    severity,
    case when not is_checkable then 'direction or debt unknown' else format('channel {} of the week, {} allowed', n, most) end as evidence
from counted
