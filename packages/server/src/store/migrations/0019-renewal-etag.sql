-- The CA's name for what it told last of a certificate's renewal (RFC 9110 section 8.8.3); null: it gives none, or a long one.
alter table renewal add column etag text;
