-- Question: what was said in one call, and what does each turn carry?
-- Grain: one turn.
-- Columns: turn; role; voice; first and last second; text; labels; steps; reason; notices; unclear classes.
select
    turns.turn,
    turns.role,
    turns.voice,
    turns.starts::double as starts,
    turns.ends::double as ends,
    turns.text,
    coalesce(turn_labels.labels::varchar[], []) as labels,
    coalesce(turn_labels.steps::varchar[], []) as steps,
    turn_labels.reason,
    coalesce(turn_labels.notices, []) as notices,
    coalesce(turn_labels.unclear, []) as unclear
from turns
left join turn_labels using (call_id, turn)
where turns.call_id = $call_id
order by turns.turn
