-- Lineages that wait for a look into Vault before their first order, and those that had it.
create table vault_look (
  lineage_id bigint primary key references lineage,
  -- When Vault is asked; the end of the lease while a process does; null: it was asked, and the order may go.
  wake_at timestamptz,
  -- Of the claim, never twice the same; a write that carries another is refused. 0: nobody has claimed it.
  fence bigint not null default 0,
  -- 0: somebody waits; 1: a campaign enrols it.
  rank smallint not null
);
create index vault_look_due on vault_look (rank, wake_at) where wake_at is not null;
create sequence vault_look_fence;

-- Whether Vault answers, as it was told.
create table vault_standing (
  singleton boolean primary key default true check (singleton),
  -- null: it answers.
  away_since timestamptz
);
insert into vault_standing default values;
