import { isIP } from "node:net";
import { readListenAddress } from "../../driver/door/listen-address.ts";
import { readLoopback } from "../../driver/nginx/asked-place.ts";
import { EdgeFault } from "../../edge-fault.ts";

export interface NginxSetupOptions {
  /** `push`: the agent puts certificates into nginx's memory, by Lua; `files`: nginx reads the agent's files. */
  readonly mode: "push" | "files";
  /** nginx's own, with its `nginx.conf`. */
  readonly directory: string;
  /** Of the agent's door. */
  readonly socket: string;
  /** Of the shared memory, as nginx writes it. */
  readonly memory: string;
  /** How many certificates a worker keeps parsed. */
  readonly parsed: string;
  /** Where the agent is asked for names that nothing is loaded for; null: nowhere. */
  readonly ask: { readonly host: string; readonly port: number } | null;
  /** The shared cache that it looks into for names that nothing is loaded for; null: none. */
  readonly redis: SharedRedis | null;
  /** Whether nginx is told where our Lua is, or an operator has told it in a `lua_package_path` of his own. */
  readonly luaPath: "ours" | "yours";
  /** Where the agent installs. */
  readonly certificates: string;
  /** Null: who runs the command. */
  readonly agentUser: string | null;
  /** Where units have their drop-ins; null: there is no systemd. */
  readonly systemd: string | null;
  readonly program: string;
}

export interface SharedRedis {
  /** An address: nginx would need a resolver for a name. */
  readonly host: string;
  readonly port: number;
  /** With 32 bytes in base64, readable for nginx's workers. */
  readonly keyFile: string;
  /** Null: it asks for none. */
  readonly passwordFile: string | null;
}

export const nginxUsage = `Options for nginx:
  --mode MODE            push: certificates go into nginx's memory, by its Lua
                         module (default); files: nginx reads the agent's
                         files at each handshake, without a module
  --dir DIRECTORY        nginx's configuration (default /etc/nginx)
  --socket PATH          push: the agent's door
                         (default /run/certmill-nginx/admin.sock)
  --memory SIZE          push: 2.5 kB for each certificate with a P-256 key,
                         4.5 kB with an RSA key (default 256m)
  --parsed NUMBER        push: certificates that a worker keeps parsed, 13 kB
                         each (default 10000)
  --ask HOST:PORT        push: ask the agent for names that nothing is loaded
                         for, where its --proxy-listen is (default: none)
  --redis ADDRESS:PORT   push: look for such names in the Redis that the agents
                         fill first (default: none)
  --redis-key-file FILE, --redis-password-file FILE
                         push: of it; nginx's workers read them
  --lua-path WHOSE       push: ours (default); yours: nginx has a
                         lua_package_path, which can be given only once, and
                         you have added DIRECTORY/certmill/lua/?.lua to it
  --certificates DIR     files: the agent's --dir (default /var/lib/certmill/certificates)
  --agent-user USER      whom the agent runs as (default: who runs this)
  --systemd DIRECTORY    where drop-ins of units are, or "none"
                         (default /etc/systemd/system)
  --nginx PROGRAM        (default /usr/sbin/nginx)
`;

/** @throws {EdgeFault} `usage`, for the first fault. */
export function parseNginxOptions(values: ReadonlyMap<string, string>): NginxSetupOptions {
  const path = (name: string, otherwise: string): string => plainPath(name, values.get(name) ?? otherwise);
  const systemd = values.get("systemd") ?? "/etc/systemd/system";
  return {
    mode: oneOf("mode", ["push", "files"], values.get("mode") ?? "push"),
    directory: path("dir", "/etc/nginx"),
    socket: socketPath(path("socket", "/run/certmill-nginx/admin.sock")),
    memory: memoryOf(values.get("memory") ?? "256m"),
    parsed: countOf(values.get("parsed") ?? "10000"),
    redis: redisOf(values),
    ask: values.has("ask") ? readLoopback("ask", values.get("ask") ?? "") : null,
    luaPath: oneOf("lua-path", ["ours", "yours"], values.get("lua-path") ?? "ours"),
    certificates: path("certificates", "/var/lib/certmill/certificates"),
    agentUser: values.has("agent-user") ? userName(values.get("agent-user") ?? "") : null,
    systemd: systemd === "none" ? null : plainPath("systemd", systemd),
    program: path("nginx", "/usr/sbin/nginx"),
  };
}

function oneOf<T extends string>(name: string, choices: readonly T[], text: string): T {
  const choice = choices.find((each) => each === text);
  if (choice !== undefined) return choice;
  throw usage(`--${name} must be ${choices.join(" or ")}, not ${JSON.stringify(text)}`);
}

/** They become part of a configuration: nothing in them may mean something there. */
function plainPath(name: string, text: string): string {
  if (/^\/[\w./@+-]+$/.test(text)) return text.replace(/\/+$/, "");
  throw usage(`--${name} must be an absolute path of letters, digits and ._@+-, not ${JSON.stringify(text)}`);
}

function redisOf(values: ReadonlyMap<string, string>): SharedRedis | null {
  const [place, keyFile, password] = ["redis", "redis-key-file", "redis-password-file"].map((name) =>
    values.get(name),
  );
  if (place === undefined && keyFile === undefined && password === undefined) return null;
  if (place === undefined || keyFile === undefined) throw usage("--redis and --redis-key-file go together");
  const { host, port } = readListenAddress("redis", place);
  if (isIP(host) === 0)
    throw usage(`--redis must be an address and a port, such as 10.0.0.5:6379, not ${place}`);
  return {
    host,
    port,
    keyFile: plainPath("redis-key-file", keyFile),
    passwordFile: password === undefined ? null : plainPath("redis-password-file", password),
  };
}

/** Of the kernel's 108 bytes for the path of a socket one ends it. */
function socketPath(path: string): string {
  if (path.length <= 107) return path;
  throw usage("--socket must be at most 107 characters long, which is the kernel's limit");
}

function memoryOf(text: string): string {
  if (/^[1-9]\d*[kmKM]$/.test(text)) return text.toLowerCase();
  throw usage(`--memory must be a size such as 256m, not ${JSON.stringify(text)}`);
}

function countOf(text: string): string {
  if (/^[1-9]\d{0,6}$/.test(text)) return text;
  throw usage(`--parsed must be a number from 1 to 9999999, not ${JSON.stringify(text)}`);
}

function userName(text: string): string {
  if (/^[a-z_][a-z0-9_-]*$/.test(text)) return text;
  throw usage(`--agent-user must be a user's name, not ${JSON.stringify(text)}`);
}

const usage = (problem: string): EdgeFault =>
  new EdgeFault("usage", `${problem}. See certmill edge install nginx --help.`);
