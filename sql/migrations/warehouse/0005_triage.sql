-- What triage heard and what it spared, so that a skipped call can be listed and a sampled one compared.

create type triage_decision as enum ('analysed', 'skipped', 'sampled');
create type recording_kind as enum ('conversation', 'silence', 'hold_music', 'tones', 'voicemail', 'ivr', 'one_sided');

alter table calls alter column triage_kind type recording_kind using triage_kind::varchar::recording_kind;
drop type triage_kind;

alter table calls add column triage_decision triage_decision;
alter table calls add column triage_signals varchar[];
alter table calls add column triage_speech decimal(9, 2);
comment on column calls.triage_decision is 'analysed; skipped: no model was asked; sampled: analysed although it could have been skipped. Null by an older version: analysed.';
comment on column calls.triage_signals is 'Tones heard: ring_back, busy, sit, fax, key, beep, tone.';
comment on column calls.triage_speech is 'Seconds of speech by voice activity over all channels: what recognition reads, or was spared.';
