-- Question: to which turn of the analysis that counts now does each review of an older one belong?
-- Grain: one review whose call was analysed again since it was laid over an analysis.
-- Columns: review; that analysis; the turn, null if the review is about the whole call or is to be judged again; state.
-- A turn takes a review over if it covers at least $least_share of its seconds. The voice must be the same, unless the
-- new analysis does not know that voice: a diarizer names voices anew. Of several turns the longest overlap wins.
with stale as (
    select anchored.review_id, anchored.call_id, anchored.voice, anchored.starts, anchored.ends, calls.analysis_key,
        exists (
            select 1 from turns where turns.call_id = anchored.call_id and turns.voice = anchored.voice
        ) as voice_known
    from anchored
    join calls using (call_id)
    where calls.analysis_key <> anchored.anchored_to
),
overlapping as (
    select stale.review_id, turns.turn,
        least(turns.ends::double, stale.ends) - greatest(turns.starts::double, stale.starts) as seconds,
        stale.ends - stale.starts as span
    from stale
    join turns on turns.call_id = stale.call_id and (turns.voice = stale.voice or not stale.voice_known)
),
taken as (
    select review_id, arg_max(turn, (seconds, -turn)) as turn
    from overlapping
    where seconds >= $least_share * span and seconds >= 0
    group by review_id
)
select
    stale.review_id,
    stale.analysis_key,
    taken.turn,
    case when stale.voice is null or taken.turn is not null then 'carried' else 'judge_again' end as state
from stale
left join taken using (review_id)
order by stale.review_id
