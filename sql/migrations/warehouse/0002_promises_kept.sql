-- What became of promises, and what the journal knows that no recording can tell: payments, contacts.

create type promise_state as enum ('pending', 'kept', 'part_kept', 'late', 'broken', 'superseded');
create type contact_channel as enum ('call', 'sms', 'email', 'message', 'letter', 'visit');

create table promise_states (
    call_id varchar not null,
    position integer not null,
    state promise_state not null,
    paid decimal(18, 4) not null,
    settled_on date,
    superseded_by_call varchar,
    superseded_by_position integer
);
comment on table promise_states is 'What became of each promise that stands at the end of its call, by the payments known.';
comment on column promise_states.call_id is 'The call.';
comment on column promise_states.position is 'Place among the promises of the call.';
comment on column promise_states.state is 'pending, kept, part_kept, late (paid after the grace days), broken, superseded.';
comment on column promise_states.paid is 'Money that counts towards it; each unit counts for one promise only.';
comment on column promise_states.settled_on is 'Day of the payment that completed it.';
comment on column promise_states.superseded_by_call is 'Call of the later promise that took its place.';
comment on column promise_states.superseded_by_position is 'Place of that promise in its call.';

create table promise_ids (
    call_id varchar not null,
    position integer not null,
    promise_id varchar not null
);
comment on table promise_ids is 'Id of each promise in the CRM feed, given when it was first published; copied from the journal.';
comment on column promise_ids.call_id is 'The call.';
comment on column promise_ids.position is 'Place among the promises of the call.';
comment on column promise_ids.promise_id is 'Id in the feed; it stays through re-analyses.';

create table payments (
    payment_id varchar primary key,
    debtor_id varchar not null,
    debt_id varchar,
    paid_on date not null,
    amount decimal(18, 4) not null check (amount > 0),
    currency varchar
);
comment on table payments is 'Money received, copied from the journal at each load.';
comment on column payments.payment_id is 'Id in the system that the payment came from.';
comment on column payments.debtor_id is 'Who paid.';
comment on column payments.debt_id is 'Debt that it was paid on; null counts for any debt of the debtor.';
comment on column payments.paid_on is 'Day of the payment.';
comment on column payments.amount is 'Amount.';
comment on column payments.currency is 'ISO 4217 code; null is the currency of the debt.';

create table contacts (
    contact_id varchar primary key,
    debtor_id varchar not null,
    debt_id varchar,
    country varchar not null,
    contacted_at timestamptz not null,
    local_day date not null,
    channel contact_channel not null,
    reached boolean not null
);
comment on table contacts is 'Attempts without a recording, messages, visits; copied from the journal at each load.';
comment on column contacts.contact_id is 'Id in the system that the contact came from.';
comment on column contacts.debtor_id is 'Who was contacted.';
comment on column contacts.debt_id is 'Debt that it was about; null if unknown.';
comment on column contacts.country is 'ISO 3166 code of the debtor''s country.';
comment on column contacts.contacted_at is 'When, an instant.';
comment on column contacts.local_day is 'Day of it where the debtor is.';
comment on column contacts.channel is 'How.';
comment on column contacts.reached is 'Whether the debtor was reached: a talk, a delivered message.';

create table history_findings (
    call_id varchar,
    contact_id varchar,
    rule varchar not null,
    result finding_result not null,
    severity severity not null,
    evidence varchar not null,
    check ((call_id is null) <> (contact_id is null))
);
comment on table history_findings is 'Findings of rules that look at a debtor''s whole history; made anew after each load.';
comment on column history_findings.call_id is 'Call that the rule was looked at for; null if it is a contact.';
comment on column history_findings.contact_id is 'Contact that the rule was looked at for; null if it is a call.';
comment on column history_findings.rule is 'Id of the rule.';
comment on column history_findings.result is 'kept, broken, or not checkable for want of data.';
comment on column history_findings.severity is 'How grave a breach is.';
comment on column history_findings.evidence is 'Counts and days that show it.';
