-- Question: in which turns was something said?
-- Grain: one turn that matches every term, newest calls first.
-- Columns: call, agent, debtor, local day; turn; role; first and last second; text.
-- The patterns are regular expressions, one a term, made in `sql.search`; each is a constant of the statement, since a
-- pattern that comes from a row is compiled anew for each row, a hundred times slower.
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
    where regexp_matches(turns.text, $pattern_1)
        and ($pattern_2::varchar is null or regexp_matches(turns.text, $pattern_2))
        and ($pattern_3::varchar is null or regexp_matches(turns.text, $pattern_3))
        and ($pattern_4::varchar is null or regexp_matches(turns.text, $pattern_4))
        and ($pattern_5::varchar is null or regexp_matches(turns.text, $pattern_5))
        and ($pattern_6::varchar is null or regexp_matches(turns.text, $pattern_6))
        and ($role::varchar is null or turns.role::varchar = $role)
)
select
    matching.call_id,
    selected.agent_id,
    selected.debtor_id,
    selected.local_day,
    matching.turn,
    matching.role,
    matching.starts::double as starts,
    matching.ends::double as ends,
    matching.text
from matching
join selected using (call_id)
left join turn_labels using (call_id, turn)
where $label::varchar is null or list_contains(turn_labels.labels::varchar[], $label)
order by selected.started_at desc, matching.call_id, matching.turn
limit $most
