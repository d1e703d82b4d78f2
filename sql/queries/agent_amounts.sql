-- Question: how much was each collector promised?
-- Grain: one collector and currency, promises that stand; those without amount have a null currency or a null sum.
-- Columns: agent_id; currency; promises; promises with an amount; amount.
with selected as (
    select * from calls
    where ($first_day::date is null or local_day >= $first_day)
        and ($last_day::date is null or local_day <= $last_day)
        and ($agent_id::varchar is null or agent_id = $agent_id)
        and ($debtor_id::varchar is null or debtor_id = $debtor_id)
)
select
    standing_promises.agent_id,
    standing_promises.currency,
    count(*) as promises,
    count(standing_promises.amount) as with_amount,
    sum(standing_promises.amount)::decimal(18, 4) as amount
from standing_promises
semi join selected using (call_id)
group by standing_promises.agent_id, standing_promises.currency
order by agent_id, currency
