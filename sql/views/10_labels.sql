-- Question: what a turn says, one at a time?
-- Grain: one label of one turn.
-- Columns: call_id, turn, label.
create view labels as
select call_id, turn, unnest(labels) as label
from turn_labels;
comment on view labels is 'One label of one turn.'
