-- Question: when, how and about what was each debtor contacted or did they call?
-- Grain: one call in any direction, or one contact without a recording.
-- Columns: call_id or contact_id; debtor_id, debt_id, country; moment and local day; channel; whether the debtor was
--     reached; outbound: null where the call's direction is unknown, false where the debtor called or asked for it.
create view touches as
select
    call_id,
    null::varchar as contact_id,
    debtor_id,
    debt_id,
    country,
    started_at as touched_at,
    local_day,
    'call'::contact_channel as channel,
    outcome not in ('voicemail', 'wrong_number', 'third_party') as reached,
    direction = 'outbound' as outbound
from calls
union all
select
    null::varchar as call_id,
    contact_id,
    debtor_id,
    debt_id,
    country,
    contacted_at as touched_at,
    local_day,
    channel,
    reached,
    true as outbound
from contacts;
comment on view touches is 'Calls and contacts without a recording, side by side: what history rules count.';
