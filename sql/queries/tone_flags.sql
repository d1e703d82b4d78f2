-- Question: what did collectors say that was aggressive, and when in the call?
-- Grain: one flag: a category in a turn.
-- Columns: call, agent, debtor, local day; turn; category, severity, score; the words that carried it; how the voice
--     supports it; the turn's text, first and last second.
with selected as (
    select * from calls
    where ($first_day::date is null or local_day >= $first_day)
        and ($last_day::date is null or local_day <= $last_day)
        and ($agent_id::varchar is null or agent_id = $agent_id)
        and ($debtor_id::varchar is null or debtor_id = $debtor_id)
)
select
    tone_flags.call_id,
    selected.agent_id,
    selected.debtor_id,
    selected.local_day,
    tone_flags.turn,
    tone_flags.category,
    tone_flags.severity,
    tone_flags.score::double as score,
    tone_flags.evidence,
    tone_flags.voice,
    turns.text as quote,
    turns.starts::double as quote_starts,
    turns.ends::double as quote_ends
from tone_flags
join selected using (call_id)
join turns on turns.call_id = tone_flags.call_id and turns.turn = tone_flags.turn
order by tone_flags.severity desc, selected.local_day, tone_flags.call_id, tone_flags.turn, tone_flags.position
