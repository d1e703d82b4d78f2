-- Question: which step of the call the collector takes in a turn, one at a time?
-- Grain: one step of one turn.
-- Columns: call_id, turn, step.
create view steps as
select call_id, turn, unnest(steps) as step
from turn_labels;
comment on view steps is 'One step of one turn.'
