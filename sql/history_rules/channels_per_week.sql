-- Question: was the debtor contacted by more channels in one week, Monday to Sunday, than allowed?
-- Grain: one finding a rule of this kind and call or contact that counts for it.
-- Columns: those of history_findings. A touch is broken if it brings a channel beyond the limit, counted up
--     to itself.
insert into history_findings by name
with counted as (
    select own.call_id, own.contact_id, own.rule, own.severity, own.most, own.is_checkable,
        count(distinct earlier.channel) as n,
        bool_or(earlier.channel = own.channel and (earlier.touched_at, earlier.key) < (own.touched_at, own.key))
            as channel_seen
    from rule_touches as own
    join rule_touches as earlier
        on earlier.rule = own.rule
        and earlier.debtor_id = own.debtor_id
        and earlier.debt_id is not distinct from own.debt_id
        and earlier.is_checkable = own.is_checkable
        and date_trunc('week', earlier.local_day) = date_trunc('week', own.local_day)
        and (earlier.touched_at, earlier.key) <= (own.touched_at, own.key)
    where own.kind = 'channels_per_week'
    group by own.call_id, own.contact_id, own.rule, own.severity, own.most, own.is_checkable
)
select
    call_id,
    contact_id,
    rule,
    case when not is_checkable then 'not_checkable' when n > most and not channel_seen then 'broken' else 'kept' end as result,
    severity,
    case when not is_checkable then 'direction or debt unknown' else format('channel {} of the week, {} allowed', n, most) end as evidence
from counted
