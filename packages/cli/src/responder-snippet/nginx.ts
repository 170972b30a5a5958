/** For nginx 1.18 and newer. */
import { byTarget, type Exception, lines, type ProxySnippets, tokenPattern } from "./rule.ts";

const inServers =
  'In every server { } that listens on port 80, for example from /etc/nginx/snippets/certmill.conf by "include snippets/certmill.conf;". A redirect to https belongs into a location of its own ("location / { return 301 ...; }"): a bare "return" in the server { } answers before any location is looked at, this one too.';
const inHttp = "Once, in http { }, for example as /etc/nginx/conf.d/certmill.conf";

export const nginxSnippets: ProxySnippets = {
  title: "nginx",
  central: ({ responders, exceptions }) => [
    { where: inHttp, file: null, text: lines(nginxUpstream(responders), exceptionMap(exceptions)) },
    {
      where: inServers,
      file: null,
      text: exceptions.length === 0 ? nginxLocation : locationTo("http://$certmill_upstream"),
    },
  ],
  stateless: ({ thumbprint, byHost }) => [
    {
      where: inHttp,
      file: null,
      text: lines(
        "map $host $certmill_thumbprint {",
        `    default ${thumbprint};`,
        byHost.map((each) => `    ${mapKey(each.host)} ${each.thumbprint};`),
        "}",
      ),
    },
    {
      where: inServers,
      file: null,
      text: `location ^~ /.well-known/acme-challenge/ {
    auth_basic off;
    allow all;
    default_type text/plain;
    add_header X-Content-Type-Options nosniff;
    location ~ "^/\\.well-known/acme-challenge/(?<certmill_token>${tokenPattern})$" {
        return 200 "$certmill_token.$certmill_thumbprint";
    }
    return 404;
}`,
    },
  ],
};

/** The first answers; one that refuses a connection is passed over at once, for the same request too. */
export const nginxUpstream = (responders: readonly string[]): string =>
  lines(
    "upstream certmill_responder {",
    responders.map(
      (address, index) => `    server ${address} max_fails=1 fail_timeout=5s${index === 0 ? "" : " backup"};`,
    ),
    "    keepalive 16;",
    "}",
  );

function exceptionMap(exceptions: readonly Exception[]): readonly string[] {
  if (exceptions.length === 0) return [];
  const targets = byTarget(exceptions);
  return [
    ...targets.map(({ name, target }) => `upstream ${name} { server ${target}; }`),
    "map $host $certmill_upstream {",
    "    default certmill_responder;",
    ...targets.flatMap(({ name, hosts }) => hosts.map((host) => `    ${mapKey(host)} ${name};`)),
    "}",
  ];
}

/** Bytes of a name that nginx surely has room for in a map: by default it does not start with one of 47 (`map_hash_bucket_size`). */
const longestKey = 40;

/** The longer ones as expressions, for which there is no such bound; they take `$1` away. `$host` is in lower case. */
const mapKey = (host: string): string =>
  host.length <= longestKey ? host : `"~^${host.replaceAll(".", "\\.")}$"`;

/** `^~`: no regular-expression location can take the path away. */
const locationTo = (upstream: string): string =>
  `location ^~ /.well-known/acme-challenge/ {
    proxy_pass ${upstream};
    proxy_http_version 1.1;
    proxy_set_header Connection "";
    proxy_set_header Host $host;
    proxy_set_header X-Forwarded-For $remote_addr;
    proxy_connect_timeout 2s;
    proxy_read_timeout 5s;
    proxy_next_upstream error timeout;
    proxy_cache off;
    auth_basic off;
    allow all;
}`;

export const nginxLocation = locationTo("http://certmill_responder");
