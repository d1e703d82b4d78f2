-- Question: was the debtor contacted more often within a number of days, whatever the week, than allowed?
-- Grain: one finding a rule of this kind and call or contact that counts for it.
-- Columns: those of history_findings. A touch is broken if it goes beyond the limit, counted up to itself.
insert into history_findings by name
with counted as (
    select own.call_id, own.contact_id, own.rule, own.severity, own.most, own.days, own.is_checkable, count(*) as n
    from rule_touches as own
    join rule_touches as earlier
        on earlier.rule = own.rule
        and earlier.debtor_id = own.debtor_id
        and earlier.debt_id is not distinct from own.debt_id
        and earlier.is_checkable = own.is_checkable
        and earlier.local_day > own.local_day - own.days
        and (earlier.touched_at, earlier.key) <= (own.touched_at, own.key)
    where own.kind = 'contacts_in_days'
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
