-- Grain and columns: those of the staged table turns, for the calls of `drawn`.
select drawn.call_id, drawn.plan, drawn.shard, turn as position, turn, role, 'channel-' || (role <> 'agent')::integer as voice,
    ends - 0.4 * len(string_split(said, ' ')) as starts, ends,
    said || ' ' || (hash(drawn.i, turn) % 100000)::varchar as text,
    []::struct(kind varchar, starts double, ends double)[] as redactions
from drawn join template_turns using (template)
