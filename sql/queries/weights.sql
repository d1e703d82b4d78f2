-- Question: which weights made the analyses?
-- Grain: one set of weights.
-- Columns: name, digest, calls analysed with them.
select
    weights.name,
    weights.digest,
    count(*) as calls
from (select unnest(calls.weights) as weights from calls)
group by weights.name, weights.digest
order by weights.name, weights.digest
