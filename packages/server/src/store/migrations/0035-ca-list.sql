-- A domain, and a campaign, may have several CAs, and no other.

-- In order of preference; null: those of its tenant, or of the pool.
alter table lineage add column ca_ids bigint[];
update lineage set ca_ids = array[ca_id] where pinned;
alter table lineage drop column pinned;

alter table campaign add column ca_ids bigint[];
update campaign set ca_ids = array[ca_id] where ca_id is not null;
alter table campaign drop column ca_id;
