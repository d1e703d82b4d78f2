-- Question: which calls were skipped, and which of those that could be were analysed all the same?
-- Grain: one skipped or sampled call, by start of its hour.
-- Columns: those of the view `spared_calls`.
select call_id, agent_id, debtor_id, local_day, hour, kind, certainty::double as certainty, coalesce(signals, []) as signals, decision, duration::double as duration, speech::double as speech, turns, was_wrong
from spared_calls
where ($first_day::date is null or local_day >= $first_day)
    and ($last_day::date is null or local_day <= $last_day)
    and ($agent_id::varchar is null or agent_id = $agent_id)
    and ($debtor_id::varchar is null or debtor_id = $debtor_id)
order by hour, call_id
