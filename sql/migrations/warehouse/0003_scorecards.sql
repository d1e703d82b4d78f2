-- What a good call holds, item by item.

create type scorecard_result as enum ('met', 'missed', 'not_applicable');

create table scorecards (
    call_id varchar not null,
    position integer not null,
    item varchar not null,
    result scorecard_result not null,
    weight decimal(7, 2) not null check (weight > 0),
    turn integer
);
comment on table scorecards is 'One item of the scorecard of one call; the view call_scores adds them up.';
comment on column scorecards.call_id is 'The call.';
comment on column scorecards.position is 'Place among the items of the call.';
comment on column scorecards.item is 'Name of the item.';
comment on column scorecards.result is 'met, missed, or not applicable to this call.';
comment on column scorecards.weight is 'What the item counts in the score of the call.';
comment on column scorecards.turn is 'Turn that shows it; null where none does, or the whole call.';
