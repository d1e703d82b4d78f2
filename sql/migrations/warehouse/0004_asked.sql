-- Whether the collector had asked for a reason before the debtor gave it.

alter table turn_labels add column asked boolean;
comment on column turn_labels.asked is 'Whether the collector had asked for the reason; null where none is given, or by an analysis of an older version.';
