-- Events by which a domain begins or ceases to fail, in the order of time: what changed since an instant. Its condition
-- is in read/changes.ts, too.
create index event_changing on event (at) where kind in ('issuance.failed', 'check.failed', 'certificate.stored',
  'certificate.imported', 'domain.given-up', 'domain.paused', 'domain.moved', 'domain.returned', 'domain.removed')
  and not (kind = 'check.failed' and detail ->> 'holds' = 'false');
