-- Question: which calls are there, and what is in each?
-- Grain: one call.
-- Columns: the call, its debtor and agent; start and its offset in seconds; local day; seconds; outcome; what triage
--     heard; promises that stand; aggressive and serious turns, highest severity; rules broken, those of the history
--     too; score of the scorecard, 0 to 1; warnings of the stages.
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
broken as (
    select call_id, count(*) as rules
    from (
        select call_id, rule from findings where result = 'broken'
        union all by name
        select call_id, rule from history_findings where result = 'broken' and call_id is not null
    )
    group by call_id
)
select
    selected.call_id,
    selected.started_at,
    selected.utc_offset,
    selected.local_day,
    selected.duration::double as duration,
    selected.agent_id,
    selected.team,
    selected.debtor_id,
    selected.debtor_name,
    selected.debt_id,
    selected.creditor,
    selected.country,
    selected.currency,
    selected.direction,
    selected.disposition,
    selected.outcome,
    selected.triage_kind,
    coalesce(standing.promises, 0) as promises,
    coalesce(call_tone.aggressive_turns, 0) as aggressive_turns,
    coalesce(call_tone.serious_turns, 0) as serious_turns,
    call_tone.highest_severity,
    coalesce(broken.rules, 0) as broken_rules,
    call_scores.score,
    selected.warnings
from selected
left join standing using (call_id)
left join broken using (call_id)
left join call_tone using (call_id)
left join call_scores using (call_id)
order by selected.started_at, selected.call_id
