-- No row expected: a call whose shard the ledger does not know.
select call_id from calls anti join ingest using (plan, shard)
