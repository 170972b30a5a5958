/**
 * Real proxies, each with nothing but a site of the operator's own, which redirects to https, and the printed rule in the
 * places that it names.
 */
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { SnippetPart } from "../../../packages/cli/src/responder-snippet/rule.ts";
import { startNginx } from "../../../tools/peers/nginx.ts";
import { peers, programOf } from "../../../tools/peers/peer.ts";
import { type ProcessRequest, startProcess } from "../../../tools/peers/start-process.ts";
import { get } from "./plain-get.ts";

interface ProxyRequest {
  readonly port: number;
  /** Empty, and the proxy's own. */
  readonly directory: string;
  readonly parts: readonly SnippetPart[];
}

export const proxiesOfDebian = {
  haproxy: startHaproxy,
  nginx: startNginxWith,
  caddy: startCaddy,
  apache: startApache,
  varnish: startVarnish,
} as const satisfies Record<string, (request: ProxyRequest) => Promise<AsyncDisposable>>;

/** The parts' texts in their order; a file of its own is written into the directory, and named so in the others. */
async function placed({ directory, parts }: ProxyRequest): Promise<readonly string[]> {
  const files = parts.flatMap(({ file, text }) => (file === null ? [] : [{ file, text }]));
  const moved = (file: string) => join(directory, file.replaceAll("/", "_"));
  for (const { file, text } of files) await writeFile(moved(file), `${text}\n`);
  return parts
    .filter(({ file }) => file === null)
    .map(({ text }) => files.reduce((all, { file }) => all.replaceAll(file, moved(file)), text));
}

async function startHaproxy(request: ProxyRequest): Promise<AsyncDisposable> {
  const [frontend = "", backends = ""] = await placed(request);
  // The rule stands before the redirect where it answers itself; where it leads on, the redirect is told to spare it.
  const spared = "http-request redirect scheme https code 301 unless certmill_challenge";
  const config = `defaults
    mode http
    timeout client 10s
    timeout connect 2s
    timeout server 10s
frontend port80
    bind 127.0.0.1:${request.port}
${frontend.includes(`# ${spared}`) ? frontend.replace(`# ${spared}`, spared) : `${frontend}\n    http-request redirect scheme https code 301`}
${backends}
`;
  const file = join(request.directory, "haproxy.cfg");
  await writeFile(file, config);
  return start({ command: programOf(peers.haproxy), args: ["-db", "-f", file] }, request.port);
}

async function startNginxWith(request: ProxyRequest): Promise<AsyncDisposable> {
  const [http = "", server = ""] = await placed(request);
  return startNginx({
    http: `${http}
server {
  listen 127.0.0.1:${request.port};
  location ~ ^/.well-known/acme { return 403; }
${server}
  location / { return 301 https://$host$request_uri; }
}`,
  });
}

/** The snippet has the redirect itself. */
async function startCaddy(request: ProxyRequest): Promise<AsyncDisposable> {
  const [globals = "", sites = ""] = await placed(request);
  const file = join(request.directory, "Caddyfile");
  const mine = globals.replace("{", `{\n\tadmin off\n\thttp_port ${request.port}\n\tdefault_bind 127.0.0.1`);
  await writeFile(file, `${mine}\n${sites}\n`);
  const args = ["run", "--adapter", "caddyfile", "--config", file];
  const env = { HOME: request.directory, XDG_DATA_HOME: request.directory };
  return start({ command: programOf(peers.caddy), args, env }, request.port);
}

async function startApache(request: ProxyRequest): Promise<AsyncDisposable> {
  const texts = await placed(request);
  const [host = "", ...once] = texts.toReversed();
  const { directory, port } = request;
  await mkdir(join(directory, "htdocs"));
  // Its workers read the map, and are not who made the directory.
  await chmod(directory, 0o755);
  const modules = ["mpm_event", "authz_core", "rewrite", "headers", "proxy", "proxy_http", "proxy_balancer"];
  const more = ["slotmem_shm", "lbmethod_byrequests"];
  const user = process.getuid?.() === 0 ? "User www-data\nGroup www-data" : "";
  const config = `ServerRoot ${directory}
PidFile ${join(directory, "pid")}
ErrorLog ${join(directory, "error.log")}
ServerName localhost
DefaultRuntimeDir ${directory}
${user}
Listen 127.0.0.1:${port}
${[...modules, ...more].map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`).join("\n")}
${once.join("\n")}
<VirtualHost *:${port}>
DocumentRoot ${join(directory, "htdocs")}
${host}
RewriteRule "^(.*)$" "https://%{HTTP_HOST}$1" [R=301,L]
</VirtualHost>
`;
  const file = join(directory, "httpd.conf");
  await writeFile(file, config);
  const args = ["-D", "FOREGROUND", "-f", file];
  return start({ command: programOf(peers.apache), args, stopSignal: "SIGTERM" }, port);
}

async function startVarnish(request: ProxyRequest): Promise<AsyncDisposable> {
  const [rule = ""] = await placed(request);
  const { directory, port } = request;
  const file = join(directory, "site.vcl");
  await writeFile(
    file,
    `vcl 4.1;
${rule}
backend default none;
sub vcl_recv { return (synth(301)); }
sub vcl_synth { set resp.http.Location = "https://" + req.http.host + req.url; return (deliver); }
`,
  );
  const place = ["-n", join(directory, "varnish"), "-f", file, "-a", `127.0.0.1:${port}`];
  const args = ["-F", "-j", "none", "-s", "malloc,8m", "-p", "thread_pools=1", ...place];
  return start({ command: programOf(peers.varnish), args }, port);
}

async function start(request: ProcessRequest, port: number): Promise<AsyncDisposable> {
  await using opened = new AsyncDisposableStack();
  const proxy = opened.use(await startProcess(request));
  const probe = () =>
    get({ port, host: "any.example.com", path: "/" }).then(
      () => true,
      () => false,
    );
  await proxy.ready({ what: `${request.command} to listen`, probe, within: 60_000 });
  return opened.move();
}
