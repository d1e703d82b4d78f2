-- Question: who promised what for when, and what became of it? The CRM's export.
-- Grain: one promise that stands at the end of its call.
-- Columns: id in the feed (null before it was first published); call, debtor, debt, creditor, portfolio, agent; start
--     of the call and its offset in seconds; local day; due day, first day of its period; amount and currency;
--     whether conditional or doubtful; rule; who promised; state and money paid; the turn to quote, its text, its
--     first and last second.
with selected as (
    select * from calls
    where ($first_day::date is null or local_day >= $first_day)
        and ($last_day::date is null or local_day <= $last_day)
        and ($agent_id::varchar is null or agent_id = $agent_id)
        and ($debtor_id::varchar is null or debtor_id = $debtor_id)
)
select
    standing.promise_id,
    standing.call_id,
    standing.position,
    standing.debtor_id,
    standing.debt_id,
    standing.creditor,
    standing.portfolio,
    standing.agent_id,
    standing.started_at,
    standing.utc_offset,
    standing.local_day,
    standing.due,
    standing.due_start,
    standing.amount,
    standing.currency,
    standing.conditional,
    standing.doubtful,
    standing.rule,
    standing.promised_by,
    standing.state,
    standing.paid,
    standing.settled_on,
    standing.quote_turn,
    turns.text as quote,
    turns.starts::double as quote_starts,
    turns.ends::double as quote_ends
from standing_promises as standing
semi join selected using (call_id)
left join turns on turns.call_id = standing.call_id and turns.turn = standing.quote_turn
order by standing.started_at, standing.call_id, standing.position
