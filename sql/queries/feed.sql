-- Question: what is the CRM to know of each promise?
-- Grain: one promise that stands at the end of its call.
-- Columns: call, position, plan of its analysis; debtor, debt, creditor, portfolio, agent; start of the call as text
--     with its offset; due day and first day of its period; amount and currency; whether conditional or doubtful; rule;
--     who promised; the seconds that carry it; the promise that took its place.
with evidence as (
    select promises.call_id, promises.position,
        list({'starts': turns.starts::double, 'ends': turns.ends::double} order by turns.turn) as spans
    from promises
    join turns on turns.call_id = promises.call_id and list_contains(promises.turns, turns.turn)
    where promises.replaced_by is null
    group by promises.call_id, promises.position
)
select
    standing.call_id,
    standing.position,
    calls.plan,
    standing.debtor_id,
    standing.debt_id,
    standing.creditor,
    standing.portfolio,
    standing.agent_id,
    strftime(standing.started_at + to_seconds(standing.utc_offset), '%Y-%m-%dT%H:%M:%S')
        || format('{}{:02d}:{:02d}', case when standing.utc_offset < 0 then '-' else '+' end,
            abs(standing.utc_offset) // 3600, abs(standing.utc_offset) % 3600 // 60) as started_at,
    standing.local_day,
    standing.due,
    standing.due_start,
    standing.amount,
    standing.currency,
    standing.conditional,
    standing.doubtful,
    standing.rule,
    standing.promised_by,
    evidence.spans as evidence,
    standing.superseded_by_call,
    standing.superseded_by_position
from standing_promises as standing
join calls using (call_id)
left join evidence using (call_id, position)
order by standing.started_at, standing.call_id, standing.position
