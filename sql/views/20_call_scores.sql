-- Question: how good was each call by its scorecard?
-- Grain: one call with at least one item that applies.
-- Columns: call_id; weight of the items met, of those that apply; score, the weight of the items met over the weight of those that apply, 0 to 1; items missed.
create view call_scores as
select
    call_id,
    coalesce(sum(weight) filter (where result = 'met'), 0) as met_weight,
    sum(weight) as applicable_weight,
    coalesce(sum(weight) filter (where result = 'met'), 0)::double / sum(weight)::double as score,
    count(*) filter (where result = 'missed') as missed
from scorecards
where result <> 'not_applicable'
group by call_id;
comment on view call_scores is 'One call with an item that applies: its score, 0 to 1, and how many items it missed.'
