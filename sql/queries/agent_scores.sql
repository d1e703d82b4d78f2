-- Question: which items of the scorecard does each collector meet, and which are missed?
-- Grain: one collector and item.
-- Columns: agent_id; item; calls that met it, that missed it, to which it does not apply.
with selected as (
    select call_id, agent_id from calls
    where ($first_day::date is null or local_day >= $first_day)
        and ($last_day::date is null or local_day <= $last_day)
        and ($agent_id::varchar is null or agent_id = $agent_id)
        and ($debtor_id::varchar is null or debtor_id = $debtor_id)
)
select
    selected.agent_id,
    scorecards.item,
    count(*) filter (where scorecards.result = 'met') as met,
    count(*) filter (where scorecards.result = 'missed') as missed,
    count(*) filter (where scorecards.result = 'not_applicable') as not_applicable
from selected
join scorecards using (call_id)
group by selected.agent_id, scorecards.item
order by selected.agent_id, min(scorecards.position), scorecards.item
