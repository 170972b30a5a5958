-- Names may be proven by tls-alpn-01 (RFC 8737), which edges answer that terminate TLS.

alter table lineage drop constraint lineage_challenge_check,
  add constraint lineage_challenge_check check (challenge in ('http-01', 'dns-01', 'tls-alpn-01'));

alter table edge_group
  -- How names are proven where their domain does not say; null: as is best for each.
  add column challenge text check (challenge in ('http-01', 'dns-01', 'tls-alpn-01'));

alter table challenge_response
  -- What a CA writes into SNI to have this answered by tls-alpn-01; null: it is answered over HTTP.
  add column server_name text;
create index challenge_response_by_server_name on challenge_response (server_name) where server_name is not null;
