-- Question: which calls and contacts count for which rule?
-- Grain: one rule and call or contact that counts for it.
-- Columns: those of the touch and of the rule; `key` orders touches of the same moment; debt_id is null where the rule
--     does not count by debt; is_checkable is false where the direction, or a debt that the rule counts by, is unknown.
create or replace temp table rule_touches as
select
    touches.call_id,
    touches.contact_id,
    coalesce(touches.call_id, touches.contact_id) as key,
    touches.debtor_id,
    case when limits.per_debt then touches.debt_id end as debt_id,
    case when limits.per_channel then touches.channel end as own_channel,
    touches.channel,
    touches.touched_at,
    touches.local_day,
    limits.kind,
    limits.rule,
    limits.severity,
    limits.most,
    limits.days,
    limits.per_debt,
    limits.channels,
    touches.outbound is not null and (touches.debt_id is not null or not limits.per_debt) as is_checkable
from touches
join history_limits as limits
    on limits.country = touches.country
    and touches.local_day >= limits.since
    and (len(limits.channels) = 0 or list_contains(limits.channels, touches.channel::varchar))
    and (touches.reached or not limits.reached_only)
    and touches.outbound is distinct from false
