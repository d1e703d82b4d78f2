-- Grain and columns: those of the staged table findings, for the calls of `drawn`.
select drawn.call_id, drawn.plan, drawn.shard, rule as position, 'rule-' || rule as rule,
    case when hash(drawn.i, rule) % 40 = 0 then 'broken' else 'kept' end as result, 'medium' as severity, null as turn,
    'hour' as evidence
from drawn, range(4) as rules(rule)
