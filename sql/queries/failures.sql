-- Question: which calls were set aside, and why?
-- Grain: one failure of the newest attempt of a call.
-- Columns: call_id; uri; reason code; message with the remedy; stage; plan; whether an older analysis still stands.
select
    failures.call_id,
    failures.uri,
    failures.reason,
    failures.message,
    failures.stage,
    failures.plan,
    calls.call_id is not null as analysed_before
from failures
left join calls using (call_id)
order by failures.reason, failures.call_id, failures.position
