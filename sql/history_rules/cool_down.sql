-- Question: was the debtor called again too soon after a conversation?
-- Grain: one finding a rule of this kind and call or contact that counts for it.
-- Columns: those of history_findings. A touch is broken if a conversation, whoever called, lies fewer days back
--     than the rest asked for; the day of the conversation is the first of them.
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
        and limits.kind = 'cool_down'
        and touches.local_day >= limits.since
        and (len(limits.channels) = 0 or list_contains(limits.channels, touches.channel::varchar))
        and (touches.reached or not limits.reached_only)
        and touches.outbound is distinct from false
),
talked as (
    select counting.call_id, counting.contact_id, counting.rule, counting.severity, counting.most,
        counting.is_checkable, max(earlier.local_day) as last_talk, any_value(counting.local_day) as local_day
    from counting
    left join touches as earlier
        on earlier.debtor_id = counting.debtor_id
        and (earlier.debt_id = counting.debt_id or not counting.per_debt)
        and earlier.reached
        and (len(counting.channels) = 0 or list_contains(counting.channels, earlier.channel::varchar))
        and earlier.touched_at < counting.touched_at
        and earlier.local_day > counting.local_day - counting.most
    group by all
)
select
    call_id,
    contact_id,
    rule,
    case when not is_checkable then 'not_checkable' when last_talk is not null then 'broken' else 'kept' end as result,
    severity,
    case when not is_checkable then 'direction or debt unknown' else format('{} days of rest, {} since the last talk', most,
        coalesce((local_day - last_talk)::varchar, 'more')) end as evidence
from talked
