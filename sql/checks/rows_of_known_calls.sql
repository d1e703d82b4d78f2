-- No row expected: a row whose call is unknown.
select 'role_metrics' as table_name, call_id from role_metrics anti join calls using (call_id)
union all
select 'promises' as table_name, call_id from promises anti join calls using (call_id)
union all
select 'findings' as table_name, call_id from findings anti join calls using (call_id)
union all
select 'scorecards' as table_name, call_id from scorecards anti join calls using (call_id)
