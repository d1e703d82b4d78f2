-- Grain and columns: those of the staged table turn_labels, for the calls of `drawn`.
select drawn.call_id, drawn.plan, drawn.shard, turn as position, turn, labels, steps,
    case when len(labels) > 0 and labels[1] <> 'promise' then 'reason-' || (hash(drawn.i, turn) % 25) end as reason,
    case when len(labels) > 0 and labels[1] <> 'promise' then hash(drawn.i, turn, 'asked') % 3 = 0 end as asked,
    []::varchar[] as notices,
    list_transform($classes::varchar[], lambda name, j:
        {'name': name, 'score': (hash(drawn.i, turn, j) % 10001) / 10000}) as scores,
    []::varchar[] as unclear, case when len(labels) > 0 then [left(said, 20)] else [] end as evidence
from drawn join template_turns using (template)
