-- Question: in which turns was something said?
-- Grain: one turn that matches every term, newest calls first.
-- Columns: call, agent, debtor, local day; turn; role; first and last second; text.
-- $rare is the longest folded word looked for: a plain look-up that spares most turns the patterns. $patterns are
-- regular expressions over the folded text, one a term; both are made in `sql.search`.
with selected as (
    select call_id, agent_id, debtor_id, local_day, started_at from calls
    where ($first_day::date is null or local_day >= $first_day)
        and ($last_day::date is null or local_day <= $last_day)
        and ($agent_id::varchar is null or agent_id = $agent_id)
        and ($debtor_id::varchar is null or debtor_id = $debtor_id)
),
matching as (
    select turns.call_id, turns.turn, turns.role, turns.starts, turns.ends, turns.text
    from turns
    semi join selected using (call_id)
    where contains(strip_accents(lower(turns.text)), $rare)
        and ($role::varchar is null or turns.role::varchar = $role)
),
labelled as (
    select matching.call_id, matching.turn, matching.role, matching.starts, matching.ends, matching.text
    from matching
    left join turn_labels using (call_id, turn)
    where $label::varchar is null or list_contains(turn_labels.labels::varchar[], $label)
)
select
    labelled.call_id,
    selected.agent_id,
    selected.debtor_id,
    selected.local_day,
    labelled.turn,
    labelled.role,
    labelled.starts::double as starts,
    labelled.ends::double as ends,
    labelled.text
from labelled
join selected using (call_id)
where len(list_filter($patterns::varchar[],
    lambda pattern: not regexp_matches(strip_accents(lower(labelled.text)), pattern))) = 0
order by selected.started_at desc, labelled.call_id, labelled.turn
limit $most
