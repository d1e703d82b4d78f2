-- Question: how much is promised for which day?
-- Grain: one due day (null: none named), currency and state.
-- Columns: due; currency; state; promises; promises with an amount; amount.
with selected as (
    select * from calls
    where ($first_day::date is null or local_day >= $first_day)
        and ($last_day::date is null or local_day <= $last_day)
        and ($agent_id::varchar is null or agent_id = $agent_id)
        and ($debtor_id::varchar is null or debtor_id = $debtor_id)
)
select
    due, currency, state, count(*) as promises, count(amount) as with_amount, sum(amount)::decimal(18, 4) as amount
from standing_promises
semi join selected using (call_id)
group by due, currency, state
order by due nulls last, currency, state
