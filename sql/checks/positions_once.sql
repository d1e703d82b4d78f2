-- No row expected: a place of a call that is taken twice, or a turn that is labelled twice.
select 'turn_labels' as table_name, call_id, turn as place from turn_labels group by call_id, turn having count(*) > 1
union all
select 'tone_flags' as table_name, call_id, position as place from tone_flags group by call_id, position having count(*) > 1
union all
select 'promises' as table_name, call_id, position as place from promises group by call_id, position having count(*) > 1
union all
select 'callbacks' as table_name, call_id, position as place from callbacks group by call_id, position having count(*) > 1
union all
select 'findings' as table_name, call_id, position as place from findings group by call_id, position having count(*) > 1
union all
select 'scorecards' as table_name, call_id, position as place from scorecards group by call_id, position having count(*) > 1
