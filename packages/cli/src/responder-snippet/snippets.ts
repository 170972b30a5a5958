import { apacheSnippet } from "./apache.ts";
import { caddySnippet } from "./caddy.ts";
import { haproxySnippet } from "./haproxy.ts";
import { nginxSnippet } from "./nginx.ts";

/** The static rule as a proxy's configuration; `responders` are `host:port`, at least one. */
export type Snippet = (responders: readonly string[]) => string;

export const snippets = {
  nginx: nginxSnippet,
  haproxy: haproxySnippet,
  caddy: caddySnippet,
  apache: apacheSnippet,
} as const satisfies Record<string, Snippet>;
