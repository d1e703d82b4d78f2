-- Question: what does the selection hold in all?
-- Grain: one row.
-- Columns: calls; minutes; agents; debtors; first and last local day; promises that stand; calls with a serious tone.
with selected as (
    select * from calls
    where ($first_day::date is null or local_day >= $first_day)
        and ($last_day::date is null or local_day <= $last_day)
        and ($agent_id::varchar is null or agent_id = $agent_id)
        and ($debtor_id::varchar is null or debtor_id = $debtor_id)
)
select
    count(*) as calls,
    coalesce(sum(duration), 0)::double / 60 as minutes,
    count(distinct agent_id) as agents,
    count(distinct debtor_id) as debtors,
    min(local_day) as first_day,
    max(local_day) as last_day,
    (select count(*) from standing_promises semi join selected using (call_id)) as promises,
    count(*) filter (where coalesce(call_tone.serious_turns, 0) > 0) as serious_calls
from selected
left join call_tone using (call_id)
