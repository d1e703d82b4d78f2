-- Grain and columns: those of the staged table calls, for the calls of `drawn`.
select drawn.call_id, drawn.plan, drawn.shard, drawn.call_id || '.wav' as uri,
    (drawn.local_day + to_seconds(32400 + drawn.second))::timestamptz as started_at, -21600 as utc_offset,
    drawn.local_day, null as answered_at, null as answered_offset, 'outbound' as direction, null as debtor_zone,
    null as debtor_region, drawn.agent_id, 'T-' || right(drawn.agent_id, 1) as team, drawn.debtor_id,
    t.account.debtor_name, 'K-' || drawn.debtor_id as debt_id, t.account.company as creditor, 'P-1' as portfolio,
    t.country, t.currency, t.account.balance, t.account.minimum_payment, t.account.due_date, null as dialled_number,
    'debtor' as dialled, null as caller_id_shown, null as disposition, 0 as agent_channel, null as manifest_sha256,
    null as manifest_duration, null as manifest_channels, seconds + 1 as duration, 2 as channels,
    sha256(drawn.call_id) as sha256, 'conversation' as triage_kind, 0.97 as triage_certainty,
    'analysed' as triage_decision, []::varchar[] as triage_signals, seconds * 0.8 as triage_speech, t.outcome,
    []::varchar[] as warnings, seconds + 1 as metric_duration, 0.8 * seconds as speech,
    0.1 + (hash(drawn.i) % 300) / 1000 as silence_share, 0.02 as overlap_share,
    0.3 + (hash(drawn.i, 'talk') % 500) / 1000 as agent_talk_share, (hash(drawn.i, 'air') % 4)::integer as dead_air,
    3.5 as longest_silence, 0.0 as hold, []::integer[] as voice_raised, []::integer[] as voice_over,
    null as voice_raised_first, false as voice_listen, '0.1.0' as code_version, sha256('config') as config_digest,
    [{'name': 'turns-es', 'digest': sha256('w')}] as weights, left(sha256('key' || drawn.call_id), 32) as analysis_key
from drawn join templates as t using (template) join template_totals using (template)
