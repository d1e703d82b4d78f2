-- Question: how were talk and silence shared out in each call?
-- Grain: one call.
-- Columns: call, agent, local day; seconds; seconds of speech; shares 0 to 1 of silence, overlap and the collector's
--     talk; dead air counted; longest silence and hold in seconds; interruptions by collector and by debtor.
with selected as (
    select * from calls
    where ($first_day::date is null or local_day >= $first_day)
        and ($last_day::date is null or local_day <= $last_day)
        and ($agent_id::varchar is null or agent_id = $agent_id)
        and ($debtor_id::varchar is null or debtor_id = $debtor_id)
),
cut_in as (
    select
        call_id,
        sum(interruptions) filter (where role = 'agent') as by_agent,
        sum(interruptions) filter (where role = 'debtor') as by_debtor
    from role_metrics
    group by call_id
)
select
    selected.call_id,
    selected.agent_id,
    selected.local_day,
    selected.duration::double as duration,
    call_metrics.speech::double as speech,
    call_metrics.silence_share::double as silence_share,
    call_metrics.overlap_share::double as overlap_share,
    call_metrics.agent_talk_share::double as agent_talk_share,
    call_metrics.dead_air,
    call_metrics.longest_silence::double as longest_silence,
    call_metrics.hold::double as hold,
    coalesce(cut_in.by_agent, 0)::bigint as agent_interruptions,
    coalesce(cut_in.by_debtor, 0)::bigint as debtor_interruptions
from selected
join call_metrics using (call_id)
left join cut_in using (call_id)
order by selected.call_id
