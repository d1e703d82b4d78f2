-- No row expected: a promise replaced by one that its call does not have, or by itself.
select promises.call_id, promises.position
from promises
left join promises as newer on newer.call_id = promises.call_id and newer.position = promises.replaced_by
where promises.replaced_by is not null and (newer.call_id is null or promises.replaced_by = promises.position)
