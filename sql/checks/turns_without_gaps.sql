-- No row expected: a call whose turns are not numbered 0, 1, 2… each once, or turns without a call.
select call_id
from turns
group by call_id
having count(distinct turn) <> count(*) or min(turn) <> 0 or max(turn) <> count(*) - 1
union all
select distinct call_id from turns anti join calls using (call_id)
