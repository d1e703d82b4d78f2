-- What the voices of a call say beside the words. All audio that this was measured on is synthetic: it raises no flag
-- alone, moves a textual one up by one severity at most, or puts a call among those to listen to.

alter table calls add column voice_raised integer[];
alter table calls add column voice_over integer[];
alter table calls add column voice_raised_first speaker_role;
alter table calls add column voice_listen boolean;
comment on column calls.voice_raised is 'Turns of either side raised against the same voice in the same call; measured on synthetic speech only.';
comment on column calls.voice_over is 'Turns in which the collector spoke over the debtor; measured on synthetic speech only.';
comment on column calls.voice_raised_first is 'Who raised the voice first; null where nobody did. Measured on synthetic speech only.';
comment on column calls.voice_listen is 'Whether a person should listen although the text has no flag; measured on synthetic speech only.';
