-- No row expected: a failure of an older plan than the analysis of its call.
select failures.call_id from failures join calls using (call_id) where calls.plan > failures.plan
