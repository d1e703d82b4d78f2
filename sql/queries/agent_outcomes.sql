-- Question: how did each collector's calls end?
-- Grain: one collector and outcome that occurs.
-- Columns: agent_id; outcome; calls.
with selected as (
    select * from calls
    where ($first_day::date is null or local_day >= $first_day)
        and ($last_day::date is null or local_day <= $last_day)
        and ($agent_id::varchar is null or agent_id = $agent_id)
        and ($debtor_id::varchar is null or debtor_id = $debtor_id)
)
select agent_id, outcome, count(*) as calls
from selected
group by agent_id, outcome
order by agent_id, outcome
