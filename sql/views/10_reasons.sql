-- Question: why does the debtor not pay, by the closed list of reasons?
-- Grain: one turn with a reason.
-- Columns: call_id, turn, reason, asked.
create view reasons as
select call_id, turn, reason, asked
from turn_labels
where reason is not null;
comment on view reasons is 'One turn with a reason.'
