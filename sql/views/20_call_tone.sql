-- Question: how aggressive was the collector in each call?
-- Grain: one call with at least one tone flag.
-- Columns: call_id; flagged turns; those of a serious category (any but hostility); highest severity.
create view call_tone as
select
    call_id,
    count(distinct turn) as aggressive_turns,
    count(distinct turn) filter (where category <> 'hostility') as serious_turns,
    max(severity) as highest_severity
from tone_flags
group by call_id;
comment on view call_tone is 'One call with at least one tone flag: how many, how serious.'
