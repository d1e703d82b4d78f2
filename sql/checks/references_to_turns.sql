-- No row expected: a label, flag, request, finding or item of a scorecard that points at no turn.
select 'turn_labels' as table_name, call_id, turn from turn_labels anti join turns using (call_id, turn)
union all
select 'tone_flags' as table_name, call_id, turn from tone_flags anti join turns using (call_id, turn)
union all
select 'callbacks' as table_name, call_id, turn from callbacks anti join turns using (call_id, turn)
union all
select 'findings' as table_name, call_id, turn from findings anti join turns using (call_id, turn) where turn is not null
union all
select 'scorecards' as table_name, call_id, turn from scorecards anti join turns using (call_id, turn) where turn is not null
union all
select 'promises' as table_name, call_id, turn from (select call_id, unnest(turns) as turn from promises) anti join turns using (call_id, turn)
