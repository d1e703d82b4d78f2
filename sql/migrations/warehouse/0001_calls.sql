-- Calls, what was said and understood in them, what was set aside, and the ledger of what was loaded.
-- Seconds are counted from the first sample of the recording and rounded to 0.01; scores have two decimals.

create type speaker_role as enum ('agent', 'debtor', 'third_party', 'system');
create type turn_label as enum ('promise', 'excuse', 'objection', 'situation');
create type call_step as enum ('greeting', 'identification', 'identity_check', 'purpose', 'empathy', 'options', 'agreement', 'recap', 'farewell', 'disclosure');
create type call_outcome as enum ('promise_to_pay', 'refusal', 'dispute', 'hardship', 'callback', 'third_party', 'wrong_number', 'voicemail', 'paid', 'no_agreement');
create type tone_category as enum ('threat', 'insult', 'intimidation', 'impersonation', 'hostility');
create type severity as enum ('low', 'medium', 'high');
create type finding_result as enum ('kept', 'broken', 'not_checkable');
create type call_direction as enum ('outbound', 'inbound', 'callback');
create type dialled_party as enum ('debtor', 'guarantor', 'work', 'third_party', 'unknown');
create type triage_kind as enum ('conversation', 'silence', 'hold_music', 'tones', 'voicemail', 'one_sided');
create type voice_support as enum ('none', 'raised', 'listen');
create type redaction_kind as enum ('card', 'document', 'phone', 'email', 'account');

create table calls (
    call_id varchar primary key,
    plan integer not null check (plan >= 1),
    shard varchar not null,
    uri varchar not null,
    started_at timestamptz not null,
    utc_offset integer not null check (utc_offset between -86400 and 86400),
    local_day date not null,
    answered_at timestamptz,
    direction call_direction,
    debtor_zone varchar,
    debtor_region varchar,
    agent_id varchar,
    team varchar,
    debtor_id varchar not null,
    debtor_name varchar,
    debt_id varchar,
    creditor varchar,
    portfolio varchar,
    country varchar not null,
    currency varchar,
    balance decimal(18, 4),
    minimum_payment decimal(18, 4),
    due_date date,
    dialled_number varchar,
    dialled dialled_party,
    caller_id_shown varchar,
    disposition varchar,
    agent_channel integer,
    duration decimal(9, 2) not null check (duration >= 0),
    channels integer not null check (channels >= 0),
    sha256 varchar not null,
    triage_kind triage_kind not null,
    triage_certainty decimal(3, 2) not null check (triage_certainty between 0 and 1),
    outcome call_outcome not null,
    warnings varchar[] not null,
    code_version varchar not null,
    config_digest varchar not null,
    weights struct(name varchar, digest varchar)[] not null,
    analysis_key varchar not null
);
comment on table calls is 'One analysed call: its manifest line, its recording, how it ended, and what made the analysis.';
comment on column calls.call_id is 'Id of the call in the manifest.';
comment on column calls.plan is 'Plan that analysed the call; of several, the highest counts.';
comment on column calls.shard is 'Staged shard that the rows of this call came from.';
comment on column calls.uri is 'Where the recording lies.';
comment on column calls.started_at is 'Start of the call, an instant.';
comment on column calls.utc_offset is 'Offset of the start as the manifest gave it, seconds east of UTC.';
comment on column calls.local_day is 'Day of the call where the debtor is: by debtor_zone if known, else by utc_offset.';
comment on column calls.answered_at is 'Moment the call was answered; null if the manifest does not tell.';
comment on column calls.direction is 'Who called: outbound, inbound, or a callback that the debtor asked for.';
comment on column calls.debtor_zone is 'IANA time zone of the debtor, if the manifest gives it.';
comment on column calls.debtor_region is 'Region of the debtor within the country, if the manifest gives it.';
comment on column calls.agent_id is 'The collector; null if unknown.';
comment on column calls.team is 'Team of the collector.';
comment on column calls.debtor_id is 'The debtor, as the CRM knows them.';
comment on column calls.debtor_name is 'Name of the debtor.';
comment on column calls.debt_id is 'The debt that the call is about.';
comment on column calls.creditor is 'Whom the debt is owed to.';
comment on column calls.portfolio is 'Portfolio that the debt belongs to.';
comment on column calls.country is 'ISO 3166 code of the country.';
comment on column calls.currency is 'ISO 4217 code of the account.';
comment on column calls.balance is 'Balance of the debt at the time of the call.';
comment on column calls.minimum_payment is 'Least payment that the creditor accepts.';
comment on column calls.due_date is 'Day the debt fell due.';
comment on column calls.dialled_number is 'Number that was dialled.';
comment on column calls.dialled is 'Whose number it is.';
comment on column calls.caller_id_shown is 'Number that the debtor saw.';
comment on column calls.disposition is 'How the collector closed the call in the CRM.';
comment on column calls.agent_channel is 'Channel of the collector, counted from 0, as the manifest tells.';
comment on column calls.duration is 'Length of the recording, seconds.';
comment on column calls.channels is 'Channels of the recording.';
comment on column calls.sha256 is 'Digest of the recording: two ids with the same digest hold the same audio.';
comment on column calls.triage_kind is 'What the recording holds, told before model work.';
comment on column calls.triage_certainty is 'Certainty of triage_kind, 0 to 1.';
comment on column calls.outcome is 'How the call ended, by the annotation guidelines.';
comment on column calls.warnings is 'What the stages want a person to know, as codes or short lines.';
comment on column calls.code_version is 'Version of this program that analysed the call.';
comment on column calls.config_digest is 'Digest of the configuration used.';
comment on column calls.weights is 'Models used, each with the digest of its weights.';
comment on column calls.analysis_key is 'Digest of all stage keys: equal keys, equal analysis. Reviews point at it.';

create table call_metrics (
    call_id varchar not null,
    speech decimal(9, 2) not null,
    silence_share decimal(5, 4) not null,
    overlap_share decimal(5, 4) not null,
    agent_talk_share decimal(5, 4),
    dead_air integer not null check (dead_air >= 0),
    longest_silence decimal(9, 2) not null,
    hold decimal(9, 2) not null
);
comment on table call_metrics is 'One row a call: how talk, silence and waiting were shared out.';
comment on column call_metrics.call_id is 'The call.';
comment on column call_metrics.speech is 'Seconds in which anybody spoke.';
comment on column call_metrics.silence_share is 'Share of the duration in which nobody spoke, 0 to 1.';
comment on column call_metrics.overlap_share is 'Share of the duration in which both spoke, 0 to 1.';
comment on column call_metrics.agent_talk_share is 'Collector''s share of all speech, 0 to 1; null without speech.';
comment on column call_metrics.dead_air is 'Silences longer than the configured seconds, counted.';
comment on column call_metrics.longest_silence is 'Longest silence, seconds.';
comment on column call_metrics.hold is 'Seconds on hold.';

create table role_metrics (
    call_id varchar not null,
    role speaker_role not null,
    speech decimal(9, 2) not null,
    words integer not null,
    words_per_minute decimal(9, 2),
    interruptions integer not null
);
comment on table role_metrics is 'One row a call and role: how much and how fast it spoke.';
comment on column role_metrics.call_id is 'The call.';
comment on column role_metrics.role is 'Who spoke.';
comment on column role_metrics.speech is 'Seconds of speech.';
comment on column role_metrics.words is 'Words said.';
comment on column role_metrics.words_per_minute is 'Words a minute of own speech; null without speech.';
comment on column role_metrics.interruptions is 'Times this role cut in while the other spoke.';

create table turns (
    call_id varchar not null,
    turn integer not null check (turn >= 0),
    role speaker_role not null,
    voice varchar not null,
    starts decimal(9, 2) not null,
    ends decimal(9, 2) not null check (ends >= starts),
    text varchar not null,
    redactions struct(kind redaction_kind, starts decimal(9, 2), ends decimal(9, 2))[] not null
);
comment on table turns is 'One turn of a call: who spoke, when, what. Labels, flags and promises point here by index.';
comment on column turns.call_id is 'The call.';
comment on column turns.turn is 'Index of the turn within the call, from 0.';
comment on column turns.role is 'Who spoke, as a role.';
comment on column turns.voice is 'Which voice spoke, as the diarizer or the channel names it.';
comment on column turns.starts is 'First second of the turn.';
comment on column turns.ends is 'Last second of the turn.';
comment on column turns.text is 'What was said, with typed placeholders where redacted.';
comment on column turns.redactions is 'Stretches that were redacted: kind and seconds to bleep.';

create table words (
    call_id varchar not null,
    turn integer not null,
    position integer not null,
    text varchar not null,
    starts decimal(9, 2) not null,
    ends decimal(9, 2) not null,
    probability decimal(3, 2) not null,
    channel integer not null
);
comment on table words is 'One recognised word; empty unless words are loaded, the staged files always hold them.';
comment on column words.call_id is 'The call.';
comment on column words.turn is 'Turn that the word belongs to.';
comment on column words.position is 'Place of the word within the turn, from 0.';
comment on column words.text is 'The word as recognised.';
comment on column words.starts is 'First second of the word.';
comment on column words.ends is 'Last second of the word.';
comment on column words.probability is 'Certainty of the recogniser, 0 to 1.';
comment on column words.channel is 'Channel that it was heard on.';

create table turn_labels (
    call_id varchar not null,
    turn integer not null,
    labels turn_label[] not null,
    steps call_step[] not null,
    reason varchar,
    notices varchar[] not null,
    scores struct(name varchar, score decimal(3, 2))[] not null,
    unclear varchar[] not null,
    evidence varchar[] not null
);
comment on table turn_labels is 'One row a classified turn; the views labels, steps, notices and reasons unfold it.';
comment on column turn_labels.call_id is 'The call.';
comment on column turn_labels.turn is 'The turn.';
comment on column turn_labels.labels is 'Labels of the turn, by the annotation guidelines.';
comment on column turn_labels.steps is 'Steps of the call that the collector takes in the turn.';
comment on column turn_labels.reason is 'Why: code of the closed list of reasons.';
comment on column turn_labels.notices is 'What somebody must act on, such as a complaint, as codes.';
comment on column turn_labels.scores is 'Probability of each class, two decimals.';
comment on column turn_labels.unclear is 'Classes too close to their threshold to call.';
comment on column turn_labels.evidence is 'Words that carried the labels.';

create table tone_flags (
    call_id varchar not null,
    position integer not null,
    turn integer not null,
    category tone_category not null,
    severity severity not null,
    score decimal(3, 2) not null,
    evidence varchar not null,
    voice voice_support not null
);
comment on table tone_flags is 'One aggressive tone of the collector in one turn.';
comment on column tone_flags.call_id is 'The call.';
comment on column tone_flags.position is 'Place among the flags of the call.';
comment on column tone_flags.turn is 'The turn.';
comment on column tone_flags.category is 'Kind of aggression, by the annotation guidelines.';
comment on column tone_flags.severity is 'low: veiled; medium: explicit; high: with grave harm or false authority.';
comment on column tone_flags.score is 'Probability of the flag, 0 to 1.';
comment on column tone_flags.evidence is 'Words that carried it.';
comment on column tone_flags.voice is 'How the voice supports it; the voice alone never raises a flag.';

create table promises (
    call_id varchar not null,
    position integer not null,
    due date,
    due_start date,
    amount decimal(18, 4),
    currency varchar,
    conditional boolean not null,
    promised_by speaker_role not null,
    turns integer[] not null,
    rule varchar not null,
    doubtful boolean not null,
    replaced_by integer,
    text_spans struct(turn integer, first integer, last integer)[] not null
);
comment on table promises is 'One payment that was promised in a call.';
comment on column promises.call_id is 'The call.';
comment on column promises.position is 'Place among the promises of the call, from 0.';
comment on column promises.due is 'Day the payment is due; null if no day was named.';
comment on column promises.due_start is 'First day of the period, where a period was named.';
comment on column promises.amount is 'Amount promised; null if none was named.';
comment on column promises.currency is 'ISO 4217 code of the amount.';
comment on column promises.conditional is 'Whether it depends on an uncertain event.';
comment on column promises.promised_by is 'Who promised.';
comment on column promises.turns is 'Turns that carry the promise.';
comment on column promises.rule is 'Rule that gave the day.';
comment on column promises.doubtful is 'Whether day or amount must be confirmed by a person.';
comment on column promises.replaced_by is 'Position of the promise of the same call that replaced this one.';
comment on column promises.text_spans is 'Where day and amount stand: turn, first character, last character + 1.';

create table callbacks (
    call_id varchar not null,
    position integer not null,
    callback_on date,
    callback_at time,
    turn integer not null,
    rule varchar not null,
    doubtful boolean not null
);
comment on table callbacks is 'The debtor asks to be called again.';
comment on column callbacks.call_id is 'The call.';
comment on column callbacks.position is 'Place among the requests of the call.';
comment on column callbacks.callback_on is 'Day asked for.';
comment on column callbacks.callback_at is 'Hour asked for, local.';
comment on column callbacks.turn is 'Turn that asks.';
comment on column callbacks.rule is 'Rule that gave day and hour.';
comment on column callbacks.doubtful is 'Whether a person must confirm it.';

create table findings (
    call_id varchar not null,
    position integer not null,
    rule varchar not null,
    result finding_result not null,
    severity severity not null,
    turn integer,
    evidence varchar not null
);
comment on table findings is 'A rule of one call that was looked at, whether kept, broken or not checkable.';
comment on column findings.call_id is 'The call.';
comment on column findings.position is 'Place among the findings of the call.';
comment on column findings.rule is 'Id of the rule.';
comment on column findings.result is 'kept, broken, or not checkable for want of data.';
comment on column findings.severity is 'How grave a breach is.';
comment on column findings.turn is 'Turn that shows it; null if it is about the whole call.';
comment on column findings.evidence is 'What shows it.';

create table failures (
    call_id varchar not null,
    position integer not null,
    plan integer not null,
    shard varchar not null,
    uri varchar,
    reason varchar not null,
    message varchar not null,
    stage varchar not null
);
comment on table failures is 'A call that the newest attempt set aside; an older analysis of it may still stand in calls.';
comment on column failures.call_id is 'The call, or the name of the file that no manifest names.';
comment on column failures.position is 'Place among the failures of its shard.';
comment on column failures.plan is 'Plan of the attempt.';
comment on column failures.shard is 'Shard of the attempt.';
comment on column failures.uri is 'Where the recording should be.';
comment on column failures.reason is 'Stable code of the reason.';
comment on column failures.message is 'Found, expected, remedy.';
comment on column failures.stage is 'Stage that set it aside.';

create table ingest (
    manifest varchar primary key,
    sha256 varchar not null,
    plan integer not null,
    shard varchar not null,
    calls integer not null,
    failures integer not null,
    loaded_at timestamptz not null
);
comment on table ingest is 'Ledger of loaded shards: a manifest named here is never loaded again.';
comment on column ingest.manifest is 'File name of the manifest.';
comment on column ingest.sha256 is 'Digest of the manifest.';
comment on column ingest.plan is 'Plan of the shard.';
comment on column ingest.shard is 'Name of the shard.';
comment on column ingest.calls is 'Calls in the shard, whether or not they won.';
comment on column ingest.failures is 'Failures in the shard.';
comment on column ingest.loaded_at is 'When it was loaded.';
