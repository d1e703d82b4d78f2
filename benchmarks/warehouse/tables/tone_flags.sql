-- Grain and columns: those of the staged table tone_flags, for the calls of `drawn`.
select drawn.call_id, drawn.plan, drawn.shard, (row_number() over (partition by drawn.call_id order by turn, flag) - 1)::integer as position, turn,
    flag.category, flag.severity, (5000 + hash(drawn.i, turn) % 5000) / 10000 as score, left(said, 20) as evidence,
    'none' as voice
from drawn join (select template, turn, said, unnest(tone) as flag from template_turns) using (template)
