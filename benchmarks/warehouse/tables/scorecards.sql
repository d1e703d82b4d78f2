-- Grain and columns: those of the staged table scorecards, for the calls of `drawn`.
select drawn.call_id, drawn.plan, drawn.shard, n as position, 'item-' || n as item,
    case hash(drawn.i, n) % 10 when 0 then 'missed' when 1 then 'not_applicable' else 'met' end as result,
    10.0 as weight, null as turn
from drawn, range(14) as items(n)
