-- Grain and columns: those of the staged table role_metrics, for the calls of `drawn`.
select drawn.call_id, drawn.plan, drawn.shard, side.position, side.role, 0.4 * seconds as speech, (1.2 * seconds)::integer as words,
    140 + (hash(drawn.i, side.role) % 50) as words_per_minute, (hash(drawn.i, side.role) % 3)::integer as interruptions
from drawn join template_totals using (template),
    (values (0, 'agent'), (1, 'debtor')) as side(position, role)
