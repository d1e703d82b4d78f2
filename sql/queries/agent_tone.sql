-- Question: which aggressive tones did each collector use?
-- Grain: one collector, category and severity that occurs.
-- Columns: agent_id; category; severity; flagged turns; calls with one.
with selected as (
    select * from calls
    where ($first_day::date is null or local_day >= $first_day)
        and ($last_day::date is null or local_day <= $last_day)
        and ($agent_id::varchar is null or agent_id = $agent_id)
        and ($debtor_id::varchar is null or debtor_id = $debtor_id)
)
select
    selected.agent_id,
    tone_flags.category,
    tone_flags.severity,
    count(distinct (tone_flags.call_id, tone_flags.turn)) as turns,
    count(distinct tone_flags.call_id) as calls
from tone_flags
join selected using (call_id)
group by selected.agent_id, tone_flags.category, tone_flags.severity
order by agent_id, category, severity
