-- Who did what from where: a row is there before the action begins, and its status when it has ended.
create table audit (
  id bigint generated always as identity primary key,
  at timestamptz not null,
  via text not null check (via in ('token', 'local', 'oidc', 'nobody')),
  who text not null,
  address text,
  -- The operation's id.
  action text not null,
  about text,
  -- Of HTTP; null: the process ended before it answered.
  status smallint
);
create index audit_by_time on audit (at, id);
create index audit_by_who on audit (who, at, id);
create index audit_by_action on audit (action, at, id);
create index audit_by_about on audit (about, at, id) where about is not null;
