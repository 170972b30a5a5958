-- Certificates that another program obtained.
alter table certificate
  -- Null: it was imported.
  alter column issuance_id drop not null,
  -- Null: it was imported, and its CA is none of those that are here.
  alter column ca_id drop not null,
  -- Imported, and issued to an account that is not the one we have at its CA: no order may say that it replaces it.
  add column foreign_account boolean not null default false,
  add check (ca_id is not null or foreign_account);
alter table renewal
  -- Null: its CA is none of those that are here, and nobody is asked.
  alter column ca_id drop not null,
  add check (poll_at is null or ca_id is not null);
