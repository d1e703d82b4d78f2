-- Grain and columns: those of the staged table callbacks, for the calls of `drawn`.
select drawn.call_id, drawn.plan, drawn.shard, 0 as position, drawn.local_day + 2 as callback_on, time '10:00' as callback_at, 0 as turn,
    'weekday' as rule, false as doubtful
from drawn join templates using (template) where outcome = 'callback'
