-- Question: which promises are to be settled?
-- Grain: one promise that stands at the end of its call.
-- Columns: call, position, debtor, debt; local day and start of the call; due day, amount, currency; least payment of
--     the account.
select
    promises.call_id,
    promises.position,
    calls.debtor_id,
    calls.debt_id,
    calls.local_day,
    strftime(calls.started_at, '%Y-%m-%dT%H:%M:%S.%f') as started_at,
    promises.due,
    promises.amount,
    coalesce(promises.currency, calls.currency) as currency,
    calls.minimum_payment
from promises
join calls using (call_id)
where promises.replaced_by is null
