import { hostname } from "node:os";
import { parseArgs } from "node:util";
import type { DriverKind } from "./driver/driver-kind.ts";
import { driverKinds } from "./driver/driver-kinds.ts";
import { DriverOptions } from "./driver/driver-options.ts";
import type { ProxyOption } from "./driver/open-proxy.ts";
import { EdgeFault } from "./edge-fault.ts";
import type { LayoutName } from "./install/layout.ts";
import type { LogFormat } from "./log/write-log.ts";
import type { TlsAddress } from "./proof/handshake.ts";
import { isStartTls } from "./proof/start-tls.ts";

/** What `certmill edge run` was told. */
export interface EdgeOptions {
  readonly server: string;
  /** Null: it comes with a key of its own. */
  readonly tokenFile: string | null;
  /** To get that key taken; null: it was. */
  readonly joinTokenFile: string | null;
  readonly name: string;
  readonly directory: string;
  readonly layout: LayoutName;
  /** With the key that the agent's files are sealed with; null: the environment may have it. */
  readonly sealKeyFile: string | null;
  /** Who reads the agent's files beside the agent, so that they lie there in the clear; null: nobody. */
  readonly plainFilesFor: string | null;
  /** Certificates kept on disk at most; null: all of the group's. */
  readonly keep: number | null;
  readonly proxy: ProxyOption;
  readonly proveAt: TlsAddress | null;
  readonly tls: TlsOptions | null;
  readonly logFormat: LogFormat;
}

export interface TlsOptions {
  readonly tlsPort: number;
  readonly httpPort: number | null;
  readonly responder: URL | null;
}

const flags = {
  server: { type: "string" },
  "token-file": { type: "string" },
  "join-token-file": { type: "string" },
  dir: { type: "string" },
  name: { type: "string" },
  layout: { type: "string" },
  "seal-key-file": { type: "string" },
  keep: { type: "string" },
  proxy: { type: "string" },
  pace: { type: "string" },
  reconcile: { type: "string", default: "5m" },
  reload: { type: "string" },
  "reload-quiet": { type: "string", default: "2s" },
  "reload-max-wait": { type: "string", default: "15s" },
  "reload-timeout": { type: "string", default: "60s" },
  prove: { type: "string" },
  "tls-port": { type: "string" },
  "http-port": { type: "string" },
  responder: { type: "string" },
  "json-log": { type: "boolean", default: false },
  help: { type: "boolean", short: "h", default: false },
} as const;

/**
 * @returns null when help is asked for.
 * @throws {EdgeFault} `usage`, for the first fault.
 */
export function parseEdgeOptions(argv: readonly string[]): EdgeOptions | null {
  const { values, ofDrivers } = readFlags(argv);
  if (values.help) return null;
  const kind = driverKind(values.proxy, ofDrivers);
  return {
    server: httpUrl("server", required("server", values.server)).href.replace(/\/$/, ""),
    ...tokenFiles(values["token-file"], values["join-token-file"]),
    directory: required("dir", values.dir),
    name: edgeName(values.name ?? hostname()),
    layout: layoutOf(values.layout, kind),
    sealKeyFile:
      values["seal-key-file"] === undefined ? null : required("seal-key-file", values["seal-key-file"]),
    plainFilesFor: plainFilesFor(values),
    keep: values.keep === undefined ? null : keep(values.keep, values),
    proxy: kind === null ? filesOrReload(values) : driven(values, kind, ofDrivers),
    proveAt: proveAt(values.prove, kind),
    tls: tlsOptions(values["tls-port"], values["http-port"], values.responder),
    logFormat: values["json-log"] ? "json" : "text",
  };
}

/** A driver's option; several drivers may have one of the same name. */
const driverFlags = Object.fromEntries(
  [...driverKinds.values()]
    .flatMap(({ options }) => options)
    .map((name) => [name, { type: "string" as const, multiple: true }]),
);

function readFlags(argv: readonly string[]) {
  try {
    const options = { ...driverFlags, ...flags };
    const { values } = parseArgs({ args: [...argv], options, strict: true, allowPositionals: false });
    const ofDrivers = Object.entries<unknown>(values).filter(([name]) => name in driverFlags);
    return { values, ofDrivers: new DriverOptions(new Map(ofDrivers as [string, string[]][])) };
  } catch (error) {
    if (error instanceof TypeError) throw usage(error.message);
    throw error;
  }
}

/** With neither the edge must have joined before. */
function tokenFiles(token?: string, join?: string): Pick<EdgeOptions, "tokenFile" | "joinTokenFile"> {
  if (token !== undefined && join !== undefined) {
    throw usage("--token-file and --join-token-file exclude each other");
  }
  return {
    tokenFile: token === undefined ? null : required("token-file", token),
    joinTokenFile: join === undefined ? null : required("join-token-file", join),
  };
}

type Values = ReturnType<typeof readFlags>["values"];

/** Null: it is not told which proxy there is. */
function driverKind(name: string | undefined, ofDrivers: DriverOptions): DriverKind | null {
  const kind = name === undefined ? null : driverKinds.get(name);
  if (kind === undefined) {
    throw usage(`--proxy must be one of ${[...driverKinds.keys()].join(", ")}, not ${JSON.stringify(name)}`);
  }
  for (const option of ofDrivers.names) {
    if (kind?.options.includes(option) === true) continue;
    const takers = [...driverKinds].filter(([, { options }]) => options.includes(option));
    throw usage(`--${option} goes with --proxy ${takers.map(([taker]) => taker).join(" or ")}`);
  }
  return kind;
}

function driven(values: Values, kind: DriverKind, ofDrivers: DriverOptions): ProxyOption {
  if (values.reload !== undefined) throw usage("--reload and --proxy exclude each other");
  return {
    kind: "driver",
    open: kind.plan(ofDrivers),
    onePerName: kind.pairs === "rsa",
    switchesWithin: kind.switchesWithin,
    pace: values.pace === undefined ? kind.pace : pace(values.pace),
    lookEvery,
    reconcileEvery: duration("reconcile", values.reconcile),
  };
}

/** HAProxy has its certificates from the agent, but reads them itself when it starts. */
function plainFilesFor({ proxy, reload, "tls-port": tlsPort }: Values): string | null {
  if (proxy === "haproxy") return "HAProxy";
  return proxy === undefined && (reload !== undefined || tlsPort === undefined) ? "the proxy" : null;
}

/** Only who asks in each handshake can do without what is not there yet. */
function keep(text: string, { proxy, reload, "tls-port": tlsPort }: Values): number {
  const asks = proxy === "caddy" || (proxy === undefined && tlsPort !== undefined && reload === undefined);
  if (!asks) throw usage("--keep goes with --proxy caddy, or with --tls-port and no other proxy");
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= leastKept) return number;
  throw usage(`--keep must be a number of certificates from ${leastKept} on, not ${JSON.stringify(text)}`);
}

/** Fewer might be those of the handshakes that are under way. */
const leastKept = 100;

/** Milliseconds between two looks at a proxy's health: so long a restart may stay unseen. */
const lookEvery = 2_000;

function filesOrReload(values: Values): ProxyOption {
  if (values.pace !== undefined) throw usage("--pace goes with --proxy");
  if (values.reload === undefined) return { kind: "files" };
  const reload = {
    command: values.reload,
    quiet: duration("reload-quiet", values["reload-quiet"]),
    mostDelay: duration("reload-max-wait", values["reload-max-wait"]),
    timeout: duration("reload-timeout", values["reload-timeout"]),
  };
  return { kind: "reload", reload };
}

function tlsOptions(tlsPort?: string, httpPort?: string, responder?: string): TlsOptions | null {
  if (tlsPort === undefined) {
    if (httpPort === undefined && responder === undefined) return null;
    throw usage("--http-port and --responder go with --tls-port");
  }
  if (responder !== undefined && httpPort === undefined) {
    throw usage("--responder goes with --http-port");
  }
  return {
    tlsPort: port("tls-port", tlsPort),
    httpPort: httpPort === undefined ? null : port("http-port", httpPort),
    responder: responder === undefined ? null : httpUrl("responder", responder),
  };
}

const usage = (problem: string): EdgeFault =>
  new EdgeFault("usage", `${problem}. See certmill edge run --help.`);

function required(flag: string, value: string | undefined): string {
  if (value === undefined || value === "") throw usage(`--${flag} is missing`);
  return value;
}

function httpUrl(flag: string, text: string): URL {
  const url = URL.parse(text);
  if (url?.protocol === "http:" || url?.protocol === "https:") return url;
  throw usage(`--${flag} must be a URL such as https://certmill.example.com, not ${JSON.stringify(text)}`);
}

function edgeName(text: string): string {
  if (/^[A-Za-z0-9][\w.-]{0,99}$/.test(text)) return text;
  throw usage(
    `--name must be up to 100 letters, digits, dots, hyphens and underscores, not ${JSON.stringify(text)}`,
  );
}

function proveAt(text: string | undefined, kind: DriverKind | null): TlsAddress | null {
  if (text === "none") return null;
  if (text !== undefined) {
    const [, protocol = "", address = text] = /^(\w+):\/\/(.*)$/.exec(text) ?? [];
    if (protocol === "") return tlsAddress("prove", text);
    if (isStartTls(protocol)) return { ...tlsAddress("prove", address), startTls: protocol };
    throw usage(
      `--prove must be HOST:PORT, or smtp://HOST:PORT, imap:// or pop3:// where TLS begins by STARTTLS, not ${JSON.stringify(text)}`,
    );
  }
  return kind === null ? null : kind.proveAt;
}

function pace(text: string): number {
  const number = Number(text);
  if (/^\d+(\.\d+)?$/.test(text) && number > 0) return number;
  throw usage(`--pace must be a number of certificates a second, not ${JSON.stringify(text)}`);
}

function layoutOf(text: string | undefined, kind: DriverKind | null): LayoutName {
  const demanded = kind?.layout ?? null;
  if (text === undefined) return demanded ?? "pair";
  const name = layoutName(text);
  if (demanded !== null && name !== demanded) throw usage(`this --proxy needs --layout ${demanded}`);
  return name;
}

function layoutName(text: string): LayoutName {
  if (text === "pair" || text === "combined") return text;
  throw usage(`--layout must be pair or combined, not ${JSON.stringify(text)}`);
}

/** Milliseconds. */
function duration(flag: string, text: string): number {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)(ms|s|m)$/.exec(text) ?? [];
  if (unit === "ms" || unit === "s" || unit === "m")
    return Number(amount) * { ms: 1, s: 1_000, m: 60_000 }[unit];
  throw usage(`--${flag} must be a time such as 2s, not ${JSON.stringify(text)}`);
}

function port(flag: string, text: string): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number <= 65_535) return number;
  throw usage(`--${flag} must be a port from 0 to 65535, not ${JSON.stringify(text)}`);
}

function tlsAddress(flag: string, text: string): TlsAddress {
  const [, host, number] = /^\[?([^\s\]]+?)\]?:(\d{1,5})$/.exec(text) ?? [];
  if (host === undefined || number === undefined) {
    throw usage(`--${flag} must be an address such as 127.0.0.1:443, not ${JSON.stringify(text)}`);
  }
  return { host, port: port(flag, number) };
}
