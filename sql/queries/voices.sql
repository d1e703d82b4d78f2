-- Question: which calls should a person listen to although no word in them was flagged, and who raised the voice first?
-- Grain: one call in which a voice was raised or the collector spoke over the debtor; calls to listen to first.
-- Columns: call, agent, debtor, local day; whether to listen; who raised the voice first; how many turns of the collector
--     and of the other side were raised; in how many the collector spoke over the debtor. Measured on synthetic speech.
with selected as (
    select * from calls
    where ($first_day::date is null or local_day >= $first_day)
        and ($last_day::date is null or local_day <= $last_day)
        and ($agent_id::varchar is null or agent_id = $agent_id)
        and ($debtor_id::varchar is null or debtor_id = $debtor_id)
),
raised as (
    select
        turns.call_id,
        count(*) filter (where turns.role = 'agent') as by_agent,
        count(*) filter (where turns.role <> 'agent') as by_debtor
    from selected
    join turns on turns.call_id = selected.call_id and list_contains(selected.voice_raised, turns.turn)
    group by turns.call_id
)
select
    selected.call_id,
    selected.agent_id,
    selected.debtor_id,
    selected.local_day,
    coalesce(selected.voice_listen, false) as listen,
    selected.voice_raised_first::varchar as raised_first,
    coalesce(raised.by_agent, 0)::integer as raised_by_agent,
    coalesce(raised.by_debtor, 0)::integer as raised_by_debtor,
    len(selected.voice_over)::integer as spoke_over
from selected
left join raised on raised.call_id = selected.call_id
where len(selected.voice_raised) > 0 or len(selected.voice_over) > 0
order by listen desc, selected.local_day desc, selected.call_id
