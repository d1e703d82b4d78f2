-- Question: was the debtor called again too soon after a conversation?
-- Grain: one finding a rule of this kind and call or contact that counts for it.
-- Columns: those of history_findings. A touch is broken if a conversation, whoever called, lies fewer days back
--     than the rest asked for; the day of the conversation is the first of them.
insert into history_findings by name
with talked as (
    select own.call_id, own.contact_id, own.rule, own.severity, own.most, own.is_checkable,
        max(earlier.local_day) as last_talk, any_value(own.local_day) as local_day
    from rule_touches as own
    left join touches as earlier
        on earlier.debtor_id = own.debtor_id
        and (earlier.debt_id = own.debt_id or not own.per_debt)
        and earlier.reached
        and (len(own.channels) = 0 or list_contains(own.channels, earlier.channel::varchar))
        and earlier.touched_at < own.touched_at
        and earlier.local_day > own.local_day - own.most
    where own.kind = 'cool_down'
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
