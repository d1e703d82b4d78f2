-- No row expected: a call without metrics, or with several, or metrics without a call.
select call_id, count(*) as rows
from (select call_id, 1 as side from calls union all select call_id, 2 as side from call_metrics)
group by call_id
having count(*) <> 2 or count(distinct side) <> 2
