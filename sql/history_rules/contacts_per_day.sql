-- Question: was the debtor contacted more often on one day than allowed?
-- Grain: one finding a rule of this kind and call or contact that counts for it.
-- Columns: those of history_findings. A touch is broken if it goes beyond the limit, counted up to itself.
insert into history_findings by name
with counted as (
    select call_id, contact_id, rule, severity, most, is_checkable, count(*) over up_to_now as n
    from rule_touches
    where kind = 'contacts_per_day'
    window up_to_now as (
        partition by rule, debtor_id, is_checkable, debt_id, own_channel, local_day
        order by touched_at, key
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
