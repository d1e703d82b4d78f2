-- Question: how did each collector do?
-- Grain: one collector; calls without one are a row of their own with null.
-- Columns: agent_id; team of the newest call; calls; minutes; calls that ended in a promise; promises that stand;
--     calls and turns with an aggressive tone, turns with a serious one (any but hostility); talk share, silence share
--     (both weighted by seconds, 0 to 1); dead air (silences counted); interruptions by the collector; words a
--     minute; score of the scorecards (weight met over weight that applies, 0 to 1) and the weight that applies.
-- Amounts are in `agent_amounts`, one row a currency.
with selected as (
    select * from calls
    where ($first_day::date is null or local_day >= $first_day)
        and ($last_day::date is null or local_day <= $last_day)
        and ($agent_id::varchar is null or agent_id = $agent_id)
        and ($debtor_id::varchar is null or debtor_id = $debtor_id)
),
standing as (
    select call_id, count(*) as promises from standing_promises group by call_id
),
spoken as (
    select call_id, speech, words, interruptions from role_metrics where role = 'agent'
)
select
    selected.agent_id,
    max_by(selected.team, (selected.started_at, selected.call_id)) as team,
    count(*) as calls,
    sum(selected.duration)::double / 60 as minutes,
    count(*) filter (where selected.outcome = 'promise_to_pay') as promise_calls,
    coalesce(sum(standing.promises), 0)::bigint as promises,
    count(call_tone.call_id) as aggressive_calls,
    coalesce(sum(call_tone.aggressive_turns), 0)::bigint as aggressive_turns,
    coalesce(sum(call_tone.serious_turns), 0)::bigint as serious_turns,
    sum(call_metrics.agent_talk_share::double * call_metrics.speech::double)
        / nullif(sum(call_metrics.speech::double) filter (where call_metrics.agent_talk_share is not null), 0)
        as agent_talk_share,
    sum(call_metrics.silence_share::double * selected.duration::double) / nullif(sum(selected.duration::double), 0)
        as silence_share,
    sum(call_metrics.dead_air)::bigint as dead_air,
    coalesce(sum(spoken.interruptions), 0)::bigint as interruptions,
    sum(spoken.words)::double * 60 / nullif(sum(spoken.speech)::double, 0) as words_per_minute,
    sum(call_scores.met_weight)::double / sum(call_scores.applicable_weight)::double as score,
    coalesce(sum(call_scores.applicable_weight), 0)::double as scored_weight
from selected
join call_metrics using (call_id)
left join standing using (call_id)
left join spoken using (call_id)
left join call_tone using (call_id)
left join call_scores using (call_id)
group by selected.agent_id
order by calls desc, agent_id
