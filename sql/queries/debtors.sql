-- Question: where does each debtor stand?
-- Grain: one debtor.
-- Columns: debtor_id; name, country and outcome of the newest call; calls; first and last start; promises that stand,
--     and how many of them are pending, kept (late and in part too) or broken; next due day of the pending ones;
--     currency and amount of the pending ones, null where they are in several currencies; aggressive turns suffered.
with selected as (
    select * from calls
    where ($first_day::date is null or local_day >= $first_day)
        and ($last_day::date is null or local_day <= $last_day)
        and ($agent_id::varchar is null or agent_id = $agent_id)
        and ($debtor_id::varchar is null or debtor_id = $debtor_id)
),
promised as (
    select
        debtor_id,
        count(*) as promises,
        count(*) filter (where state = 'pending') as pending,
        count(*) filter (where state in ('kept', 'late', 'part_kept')) as kept,
        count(*) filter (where state = 'broken') as broken,
        min(due) filter (where state = 'pending') as next_due,
        case when count(distinct currency) filter (where state = 'pending') = 1
            then any_value(currency) filter (where state = 'pending') end as currency,
        case when count(distinct currency) filter (where state = 'pending') = 1
            then sum(amount) filter (where state = 'pending') end as pending_amount
    from standing_promises
    semi join selected using (call_id)
    group by debtor_id
)
select
    selected.debtor_id,
    max_by(selected.debtor_name, (selected.started_at, selected.call_id)) as debtor_name,
    max_by(selected.country, (selected.started_at, selected.call_id)) as country,
    count(*) as calls,
    min(selected.started_at) as first_call,
    max(selected.started_at) as last_call,
    max_by(selected.outcome, (selected.started_at, selected.call_id)) as last_outcome,
    coalesce(any_value(promised.promises), 0) as promises,
    coalesce(any_value(promised.pending), 0) as pending,
    coalesce(any_value(promised.kept), 0) as kept,
    coalesce(any_value(promised.broken), 0) as broken,
    any_value(promised.next_due) as next_due,
    any_value(promised.currency) as currency,
    any_value(promised.pending_amount)::decimal(18, 4) as pending_amount,
    coalesce(sum(call_tone.aggressive_turns), 0)::bigint as aggressive_turns
from selected
left join promised using (debtor_id)
left join call_tone using (call_id)
group by selected.debtor_id
order by last_call desc, debtor_id
