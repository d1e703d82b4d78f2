-- Question: which rules were looked at in which calls, and with what result?
-- Grain: one finding of one call, rules of the debtor's history too.
-- Columns: call, agent, debtor, local day; rule; result; severity; turn (null: the whole call); evidence.
with selected as (
    select * from calls
    where ($first_day::date is null or local_day >= $first_day)
        and ($last_day::date is null or local_day <= $last_day)
        and ($agent_id::varchar is null or agent_id = $agent_id)
        and ($debtor_id::varchar is null or debtor_id = $debtor_id)
)
select
    selected.call_id, selected.agent_id, selected.debtor_id, selected.local_day,
    found.rule, found.result, found.severity, found.turn, found.evidence
from (
    select call_id, rule, result, severity, turn, evidence from findings
    union all by name
    select call_id, rule, result, severity, null::integer as turn, evidence from history_findings
) as found
join selected using (call_id)
order by selected.local_day, selected.call_id, found.rule, found.turn
