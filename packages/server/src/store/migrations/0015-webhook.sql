-- Who is told of events over HTTP, and how far each has been told.
create table webhook (
  id bigint generated always as identity primary key,
  url text not null,
  -- The types of messages that are sent; null: all.
  types text[],
  -- Whose domains it is told of; null: everybody's, and what is about no domain.
  tenant_id bigint references tenant,
  secret_id bigint not null references secret,
  -- The secret before, with which messages are signed too until then.
  old_secret_id bigint references secret,
  old_secret_until timestamptz,
  state text not null check (state in ('active', 'paused', 'disabled')),
  -- Why it is disabled, for the operator; null while it is not.
  state_reason text,
  -- The place in the feed (see event): all up to and with it is taken, or in webhook_held.
  xact xid8 not null,
  event_id bigint not null,
  -- It is sent nothing before; the end of the lease while a process sends.
  wake_at timestamptz not null,
  -- Rises with every claim and every change of the place by a person; a write that carries an older one is refused.
  fence bigint not null default 0,
  -- Rounds in a row in which nothing was taken, and since when; 0 and null: the last one was well.
  failures integer not null default 0,
  failing_since timestamptz,
  delivered bigint not null default 0,
  delivered_at timestamptz,
  -- The last few answers, the newest first.
  answers jsonb not null default '[]',
  created_at timestamptz not null,
  check ((old_secret_id is null) = (old_secret_until is null))
);
create index webhook_due on webhook (wake_at) where state = 'active';

-- A domain whose next message was not taken: what comes after it waits, other domains go on.
create table webhook_held (
  webhook_id bigint not null references webhook on delete cascade,
  -- 0: what is about no domain.
  lineage_id bigint not null,
  -- All of its events up to and with this one are taken.
  xact xid8 not null,
  event_id bigint not null,
  attempts integer not null,
  held_since timestamptz not null,
  wake_at timestamptz not null,
  -- What came of the last attempt, for people.
  answer text not null,
  primary key (webhook_id, lineage_id)
);
create index webhook_held_due on webhook_held (webhook_id, wake_at);

-- What webhooks tell, in the order of the feed, and all that a newer program may tell: only the steps on the way are
-- left out, as they are most of all events. Their list is in read/webhook-feed.ts, too.
create index event_told on event (xact, id) where kind not in ('order.created', 'challenge.published', 'validated',
  'finalized', 'issuance.delayed', 'key.retrieved');
