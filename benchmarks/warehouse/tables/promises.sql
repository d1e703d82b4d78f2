-- Grain and columns: those of the staged table promises, for the calls of `drawn`.
select drawn.call_id, drawn.plan, drawn.shard, (j - 1)::integer as position, case when p.date is not null
        then drawn.local_day + (1 + hash(drawn.i, j) % 20)::integer end as due, null as due_start, p.amount, p.currency,
    p.conditional, 'debtor' as promised_by, p.turns, 'weekday' as rule, false as doubtful, null as replaced_by,
    []::struct(turn integer, first integer, last integer)[] as text_spans
from drawn
join (select template, unnest(promises) as p, generate_subscripts(promises, 1) as j from templates) using (template)
