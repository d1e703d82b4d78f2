-- Question: what somebody must act on, one at a time?
-- Grain: one notice of one turn.
-- Columns: call_id, turn, notice.
create view notices as
select call_id, turn, unnest(notices) as notice
from turn_labels;
comment on view notices is 'One notice of one turn.'
