-- What people and other systems said, and no recording can give back.
-- Moments are ISO 8601 in UTC with a final Z; days are ISO days; amounts are whole ten-thousandths of the currency.

-- Who may log in.
create table users (
    user_id text primary key not null, -- Name to log in with.
    display_name text not null, -- Name that others see.
    role text not null check (role in ('reviewer', 'supervisor', 'compliance', 'admin')), -- What the user may do.
    password_hash text, -- Salted hash; null if another system authenticates.
    agent_id text, -- Collector that this user is, if any: nobody reviews an own call.
    active integer not null check (active in (0, 1)), -- 0: may not log in any more.
    created_at text not null check (created_at like '%Z') -- When it was made.
) strict;

-- Who is logged in.
create table sessions (
    token_hash text primary key not null, -- Digest of the token in the cookie; the token itself is nowhere.
    user_id text not null references users (user_id), -- Whose session.
    created_at text not null check (created_at like '%Z'), -- When it began.
    expires_at text not null check (expires_at like '%Z') -- When it ends by itself.
) strict;

-- Who looked at what: written, never changed.
create table access_log (
    entry_id integer primary key autoincrement, -- Order of the entries.
    at text not null check (at like '%Z'), -- When.
    user_id text not null, -- Who; kept when the user is gone.
    action text not null, -- What was done: open, listen, export, review, erase.
    call_id text, -- The call, if it was about one.
    debtor_id text -- The debtor, if it was about one.
) strict;
create index access_log_by_call on access_log (call_id);

-- A person's judgement of something that an analysis says.
create table reviews (
    review_id integer primary key autoincrement, -- Order of the reviews.
    call_id text not null, -- The call.
    analysis_key text not null, -- The analysis that was judged.
    subject text not null check (subject in ('label', 'step', 'tone', 'promise', 'finding', 'outcome', 'role')), -- What kind of thing.
    voice text, -- Voice of the turn; null if it is about the whole call.
    starts real, -- First second of the turn; null if it is about the whole call.
    ends real, -- Last second of the turn; null if it is about the whole call.
    judged text not null check (json_valid(judged)), -- The verdict that was judged, as JSON; it never changes.
    verdict text not null check (verdict in ('right', 'wrong', 'missing', 'unsure')), -- What the person says.
    corrected text check (corrected is null or json_valid(corrected)), -- What it should be, as JSON.
    reviewer text not null, -- Who judged.
    reviewed_at text not null check (reviewed_at like '%Z'), -- When.
    check ((starts is null) = (ends is null) and (starts is null) = (voice is null) and (starts is null or starts <= ends))
) strict;
create index reviews_by_call on reviews (call_id);

-- Where a review lies in the newest analysis of its call.
create table review_anchors (
    review_id integer primary key not null references reviews (review_id) on delete cascade, -- The review.
    analysis_key text not null, -- The analysis that it was laid over.
    turn integer, -- Turn that it is about now; null if about the whole call, or to be judged again.
    state text not null check (state in ('original', 'carried', 'judge_again')) -- judge_again: no turn covers half of it.
) strict;

-- What people write to each other about a call.
create table comments (
    comment_id integer primary key autoincrement, -- Order of the comments.
    call_id text not null, -- The call.
    starts real, -- Second that it is about; null if about the whole call.
    author text not null, -- Who wrote it.
    body text not null, -- What.
    written_at text not null check (written_at like '%Z') -- When.
) strict;
create index comments_by_call on comments (call_id);

-- Who is at work on a call of the queue, so that two do not judge the same.
create table claims (
    call_id text primary key not null, -- The call.
    user_id text not null, -- Who.
    claimed_at text not null check (claimed_at like '%Z'), -- Since when.
    expires_at text not null check (expires_at like '%Z') -- Until when, if it is not finished.
) strict;

-- Money received, as the agency's books tell it.
create table payments (
    payment_id text primary key not null, -- Id in the books; importing it again changes nothing.
    debtor_id text not null, -- Who paid.
    debt_id text, -- Debt it was paid on; null counts for any debt of the debtor.
    paid_on text not null check (paid_on glob '????-??-??'), -- Day of the payment.
    amount_e4 integer not null check (amount_e4 > 0), -- Amount in ten-thousandths.
    currency text -- ISO 4217 code; null is the currency of the debt.
) strict;

-- Attempts without a recording, messages, visits.
create table contacts (
    contact_id text primary key not null, -- Id in the dialler or the CRM; importing it again changes nothing.
    debtor_id text not null, -- Who was contacted.
    debt_id text, -- Debt that it was about; null if unknown.
    country text not null, -- ISO 3166 code.
    contacted_at text not null check (contacted_at like '%Z'), -- When.
    local_day text not null check (local_day glob '????-??-??'), -- Day of it where the debtor is.
    channel text not null check (channel in ('call', 'sms', 'email', 'message', 'letter', 'visit')), -- How.
    reached integer not null check (reached in (0, 1)) -- Whether the debtor was reached.
) strict;

-- Promises as the CRM knows them: one row an id, its state after the last event.
create table feed_promises (
    promise_id text primary key not null, -- Id given when it was first published.
    call_id text not null, -- The call.
    position integer not null, -- Place among the promises of the call's newest analysis.
    status text not null check (status in ('live', 'superseded', 'cancelled')), -- Whether it still stands.
    content text not null check (json_valid(content)), -- What the CRM was told last, as JSON.
    evidence text not null check (json_valid(evidence)) -- Seconds of the recording that carry it: [[first, last], …].
) strict;
create index feed_promises_by_call on feed_promises (call_id);

-- What the CRM is told: each event holds the whole promise, so applying it twice does no harm.
create table feed_events (
    seq integer primary key autoincrement, -- Number given at commit; a reader's watermark is the last one it applied.
    promise_id text not null, -- The promise.
    kind text not null check (kind in ('created', 'updated', 'cancelled', 'superseded')), -- What happened.
    content text not null check (json_valid(content)) -- The promise after it, as JSON.
) strict;

-- Calls drawn at random for a person to judge, so that quality is measured on more than what was flagged.
create table audit_samples (
    sample text not null, -- Name of the sample.
    call_id text not null, -- The call.
    drawn_at text not null check (drawn_at like '%Z'), -- When it was drawn.
    seed integer not null, -- Seed of the draw: the sample can be drawn again.
    primary key (sample, call_id)
) strict;

-- Debtors whose data had to go: the loader never takes their calls again.
create table erasures (
    erasure_id integer primary key autoincrement, -- Order of the erasures.
    debtor_id text not null unique, -- The debtor, as the CRM knows them.
    reason text not null, -- Why: the request or the rule.
    erased_by text not null, -- Who did it.
    erased_at text not null check (erased_at like '%Z') -- When.
) strict;

-- Debtors whose data must not go yet: a claim, a lawsuit.
create table legal_holds (
    hold_id integer primary key autoincrement, -- Order of the holds.
    debtor_id text not null, -- The debtor.
    reason text not null, -- Why.
    placed_by text not null, -- Who placed it.
    placed_at text not null check (placed_at like '%Z'), -- When.
    lifted_at text check (lifted_at is null or lifted_at like '%Z') -- When it ended; null while it holds.
) strict;
create index legal_holds_by_debtor on legal_holds (debtor_id);
