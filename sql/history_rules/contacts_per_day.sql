-- Question: was the debtor contacted more often on one day than allowed?
-- Grain: one finding a rule of this kind and call or contact that counts for it.
-- Columns: those of history_findings. A touch is broken if it goes beyond the limit, counted up to itself.
insert into history_findings by name
with counted as (
    select
        touches.call_id,
        touches.contact_id,
        limits.rule,
        limits.severity,
        limits.most,
        touches.outbound is not null and (touches.debt_id is not null or not limits.per_debt) as is_checkable,
        count(*) over up_to_now as n
    from touches
    join history_limits as limits
        on limits.country = touches.country
        and limits.kind = 'contacts_per_day'
        and touches.local_day >= limits.since
        and (len(limits.channels) = 0 or list_contains(limits.channels, touches.channel::varchar))
        and (touches.reached or not limits.reached_only)
        and touches.outbound is distinct from false
    window up_to_now as (
        partition by
            limits.rule,
            touches.debtor_id,
            touches.outbound is null,
            case when limits.per_debt then touches.debt_id end,
            case when limits.per_channel then touches.channel end,
            touches.local_day
        order by touches.touched_at, touches.call_id, touches.contact_id
        rows between unbounded preceding and current row
    )
)
select
    call_id,
    contact_id,
    rule,
    case when not is_checkable then 'not_checkable' when n > most then 'broken' else 'kept' end as result,
    severity,
    case when not is_checkable then 'direction or debt unknown' else format('contact {} of the day, {} allowed', n, most) end as evidence
from counted
