-- Question: which recordings hold no conversation that models had to read, and was triage right where it was tried?
-- Grain: one call that was skipped, or sampled: analysed although it could have been skipped.
-- Columns: call_id; agent_id; debtor_id; local_day; hour, the start of its hour by the offset of the call; kind, certainty and signals of triage; decision; duration of the recording; speech, seconds that recognition was spared, or read where it was sampled; turns of people that were heard in a sampled call; was_wrong, whether a debtor or third party says three words or more in it, null where it was skipped.
create view spared_calls as
with heard as (
    select
        call_id,
        count(*) as turns,
        max(case when role in ('debtor', 'third_party') then len(string_split(text, ' ')) else 0 end) as longest
    from turns
    where role <> 'system'
    group by call_id
)
select
    calls.call_id,
    calls.agent_id,
    calls.debtor_id,
    calls.local_day,
    date_trunc('hour', (calls.started_at at time zone 'UTC') + to_seconds(calls.utc_offset)) as hour,
    calls.triage_kind as kind,
    calls.triage_certainty as certainty,
    calls.triage_signals as signals,
    calls.triage_decision as decision,
    calls.duration,
    calls.triage_speech as speech,
    case when calls.triage_decision = 'sampled' then coalesce(heard.turns, 0) end as turns,
    case when calls.triage_decision = 'sampled' then coalesce(heard.longest, 0) >= 3 end as was_wrong
from calls
left join heard using (call_id)
where calls.triage_decision in ('skipped', 'sampled');
comment on view spared_calls is 'One call that triage skipped, or that was analysed only to see whether it would be right to skip it.'
