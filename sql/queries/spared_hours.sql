-- Question: how much work did triage spare, of which collector and at which hour?
-- Grain: one collector and hour with a skipped or sampled call, by hour.
-- Columns: those of the view `spared_hours`; an hour counts by its day, a selection of a debtor does not apply.
select agent_id, hour, calls, skipped, sampled, wrong, seconds, speech
from spared_hours
where ($first_day::date is null or hour >= $first_day::date)
    and ($last_day::date is null or hour < $last_day::date + 1)
    and ($agent_id::varchar is null or agent_id = $agent_id)
    and $debtor_id::varchar is null
order by hour, agent_id
