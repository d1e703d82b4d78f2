-- Question: how much work did triage spare, of which collector and at which hour?
-- Grain: one collector and hour with a skipped or sampled call; calls without a collector are a group of their own.
-- Columns: agent_id; hour, its start by the offset of the calls; all calls of that hour; calls skipped, sampled, and sampled where triage was wrong; seconds of the skipped recordings; speech, the seconds that recognition was spared.
create view spared_hours as
with made as (
    select
        agent_id,
        date_trunc('hour', (started_at at time zone 'UTC') + to_seconds(utc_offset)) as hour,
        count(*) as calls
    from calls
    group by all
)
select
    spared_calls.agent_id,
    spared_calls.hour,
    any_value(made.calls) as calls,
    count(*) filter (where decision = 'skipped') as skipped,
    count(*) filter (where decision = 'sampled') as sampled,
    count(*) filter (where was_wrong) as wrong,
    coalesce(sum(duration) filter (where decision = 'skipped'), 0)::double as seconds,
    coalesce(sum(speech) filter (where decision = 'skipped'), 0)::double as speech
from spared_calls
join made on made.agent_id is not distinct from spared_calls.agent_id and made.hour = spared_calls.hour
group by spared_calls.agent_id, spared_calls.hour;
comment on view spared_hours is 'One collector and hour: how many calls triage skipped, and the seconds that it spared.'
