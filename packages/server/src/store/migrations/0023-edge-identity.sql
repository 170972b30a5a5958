-- Edges with keys of their own, the tokens that they join with, and when a certificate counts as served.

alter table edge
  -- Ed25519, 32 bytes; null: it comes with a bearer token of its group.
  add column public_key bytea unique check (octet_length(public_key) = 32),
  -- Since when it has that.
  add column joined_at timestamptz,
  -- Of its program, by its own word; null: it has not said.
  add column version text,
  add check ((public_key is null) = (joined_at is null));

create table join_token (
  id bigint generated always as identity primary key,
  -- SHA-256 of the token.
  hash bytea not null unique,
  edge_group_id bigint not null references edge_group,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz,
  -- Which edge joined with it; null: none, or one that was removed.
  edge_id bigint references edge on delete set null
);
create index join_token_by_edge on join_token (edge_id) where edge_id is not null;

alter table delivery
  drop constraint delivery_edge_id_fkey,
  add foreign key (edge_id) references edge on delete cascade;

-- Of the group's edges that are alive: how many must serve a certificate.
alter table edge_group
  add column served_when text not null default 'any' check (served_when in ('any', 'quorum', 'all'));

-- The last of its certificates that its edges were seen to serve, by their group's rule; null: none was yet.
alter table lineage add column served_certificate_id bigint;
update lineage set served_certificate_id = certificate_id where certificate_id is not null;
-- What is on its way to the edges.
create index lineage_undelivered on lineage (edge_group_id, id)
  where certificate_id is not null and served_certificate_id is distinct from certificate_id;
