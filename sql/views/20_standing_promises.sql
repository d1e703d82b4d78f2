-- Question: which promises stand at the end of their call, whose are they, and what became of them?
-- Grain: one promise that no other promise of the same call replaced.
-- Columns: the promise, its id in the feed, its state, its call's debtor, debt and agent, and the turn to quote: the
--     last one of its turns that the person who promised speaks, else the last of its turns.
create view standing_promises as
with quoted as (
    select promises.call_id, promises.position,
        max_by(turns.turn, (turns.role = promises.promised_by, turns.turn)) as quote_turn
    from promises
    join turns on turns.call_id = promises.call_id and list_contains(promises.turns, turns.turn)
    where promises.replaced_by is null
    group by promises.call_id, promises.position
)
select
    promise_ids.promise_id,
    promises.call_id,
    promises.position,
    calls.debtor_id,
    calls.debt_id,
    calls.creditor,
    calls.portfolio,
    calls.agent_id,
    calls.team,
    calls.country,
    calls.started_at,
    calls.utc_offset,
    calls.local_day,
    promises.due,
    promises.due_start,
    promises.amount,
    promises.currency,
    promises.conditional,
    promises.doubtful,
    promises.rule,
    promises.promised_by,
    promises.turns,
    quoted.quote_turn,
    coalesce(promise_states.state, 'pending') as state,
    coalesce(promise_states.paid, 0) as paid,
    promise_states.settled_on,
    promise_states.superseded_by_call,
    promise_states.superseded_by_position
from promises
join calls using (call_id)
left join quoted using (call_id, position)
left join promise_states using (call_id, position)
left join promise_ids using (call_id, position)
where promises.replaced_by is null;
comment on view standing_promises is 'One promise that stands at the end of its call, with its state and its debtor.'
