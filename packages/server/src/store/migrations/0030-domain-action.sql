-- What is done for many domains at once, and tokens that only see how a tenant's domains stand.

create table domain_action (
  id bigint generated always as identity primary key,
  action text not null check (action in ('check', 'retry', 'pause', 'resume', 'reissue', 'remove')),
  -- Which domains: read/domain-filter.ts.
  filter jsonb not null,
  state text not null check (state in ('running', 'done', 'cancelled')),
  -- Chosen when it was asked for: certificates, and their names.
  size integer not null,
  domains integer not null,
  done integer not null default 0,
  skipped integer not null default 0,
  -- Who asked: by-whom.ts.
  created_by jsonb not null,
  created_at timestamptz not null,
  ended_at timestamptz,
  -- The lineages are gone through by id, up to the last that there was when it was asked for.
  looked_to bigint not null default 0,
  look_until bigint not null,
  -- When it goes on; null: it has ended.
  wake_at timestamptz
);
create index domain_action_due on domain_action (wake_at) where wake_at is not null;

-- The scope `status`: a tenant's, and no more than to see how its domains stand.
alter table token drop constraint token_scope_check, drop constraint token_check,
  add constraint token_scope_check check (scope in ('admin', 'tenant', 'edge', 'status')),
  add constraint token_check check ((scope in ('tenant', 'status')) = (tenant_id is not null));
