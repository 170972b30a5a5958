import { apacheSnippets } from "./apache.ts";
import { caddySnippets } from "./caddy.ts";
import { envoySnippets } from "./envoy.ts";
import { haproxySnippets } from "./haproxy.ts";
import { kubernetesSnippets } from "./kubernetes.ts";
import { nginxSnippets } from "./nginx.ts";
import type { ProxySnippets } from "./rule.ts";
import { traefikSnippets } from "./traefik.ts";
import { varnishSnippets } from "./varnish.ts";

export const snippets = {
  nginx: nginxSnippets,
  haproxy: haproxySnippets,
  caddy: caddySnippets,
  apache: apacheSnippets,
  varnish: varnishSnippets,
  traefik: traefikSnippets,
  envoy: envoySnippets,
  kubernetes: kubernetesSnippets,
} as const satisfies Record<string, ProxySnippets>;

export type ProxyKind = keyof typeof snippets;
