import { accessSync, constants, readdirSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { folderOfNewer, refusalOfNewer } from "./newer-cache.ts";

/** A program of others that the tests and benches run for real. */
export interface Peer {
  readonly name: string;
  /** The program looked for on PATH and in `folders`. */
  readonly program: string;
  /** Folders beside PATH that hold it, the preferred first. */
  readonly folders: () => readonly string[];
  readonly debianPackage: string;
  /** Present where the package asks something when it is installed: lines of debconf-set-selections. */
  readonly debconf?: string;
  /** Present when only a newer Debian suite has one that will do: then it is unpacked beside the system. */
  readonly newer?: NewerPeer;
  /** What to do where there is no such Debian package. */
  readonly elsewhere: string;
  /** Present when it is no program but a file that a program loads. */
  readonly isLoaded?: true;
}

export interface NewerPeer {
  /** The suites to take it from, the preferred first. */
  readonly suites: readonly string[];
  /** What a program that will do has in it, and an older one has not. */
  readonly mark: string;
  /** Arguments with which it ends at once, if it runs here at all. */
  readonly trial: readonly string[];
}

export const peers = {
  postgres: {
    name: "PostgreSQL 15 or newer",
    program: "postgres",
    folders: debianPostgresFolders,
    debianPackage: "postgresql",
    elsewhere: "see https://www.postgresql.org/download/, then put its bin folder on PATH",
  },
  nginx: {
    name: "nginx",
    program: "nginx",
    folders: () => ["/usr/sbin"],
    debianPackage: "nginx",
    elsewhere: "see https://nginx.org/en/download.html",
  },
  nginxLua: {
    name: "nginx's Lua module",
    program: "ngx_http_lua_module.so",
    folders: () => ["/usr/lib/nginx/modules"],
    debianPackage: "libnginx-mod-http-lua",
    elsewhere: "see https://github.com/openresty/lua-nginx-module",
    isLoaded: true,
  },
  nginxLuaCache: {
    name: "the LRU cache for nginx's Lua",
    program: "lrucache.lua",
    folders: () => ["/usr/share/lua/5.1/resty"],
    debianPackage: "lua-resty-lrucache",
    elsewhere: "see https://github.com/openresty/lua-resty-lrucache",
    isLoaded: true,
  },
  redis: {
    name: "Redis",
    program: "redis-server",
    folders: () => [],
    debianPackage: "redis-server",
    elsewhere: "see https://redis.io/docs/latest/operate/oss_and_stack/install/",
  },
  haproxy: {
    name: "HAProxy",
    program: "haproxy",
    folders: () => ["/usr/sbin"],
    debianPackage: "haproxy",
    elsewhere: "see https://www.haproxy.org/",
  },
  caddy: {
    name: "Caddy",
    program: "caddy",
    folders: () => [],
    debianPackage: "caddy",
    elsewhere: "see https://caddyserver.com/docs/install",
  },
  apache: {
    name: "Apache httpd 2.4",
    program: "apache2",
    folders: () => ["/usr/sbin"],
    debianPackage: "apache2",
    elsewhere: "see https://httpd.apache.org/download.cgi",
  },
  postfix: {
    name: "Postfix",
    program: "postfix",
    folders: () => ["/usr/sbin"],
    debianPackage: "postfix",
    // Else it sets up a mail server for the machine, which fails on some names that containers have.
    debconf: "postfix postfix/main_mailer_type select No configuration",
    elsewhere: "see https://www.postfix.org/",
  },
  dovecot: {
    name: "Dovecot 2.3",
    program: "dovecot",
    folders: () => ["/usr/sbin"],
    debianPackage: "dovecot-imapd",
    elsewhere: "see https://doc.dovecot.org/2.3/",
  },
  varnish: {
    name: "Varnish",
    program: "varnishd",
    folders: () => ["/usr/sbin"],
    debianPackage: "varnish",
    elsewhere: "see https://varnish-cache.org/releases/",
  },
  pebble: {
    name: "Pebble",
    program: "pebble",
    folders: () => [],
    debianPackage: "pebble",
    elsewhere: "see https://github.com/letsencrypt/pebble",
  },
  newerPebble: {
    name: "Pebble 2.10 or newer (renewal information, profiles)",
    program: "pebble",
    folders: () => [join(folderOfNewer("pebble"), "usr/bin")],
    debianPackage: "pebble",
    newer: { suites: ["forky", "sid"], mark: "dns-persist-01", trial: ["-version"] },
    elsewhere: "see https://github.com/letsencrypt/pebble, then put the new one on PATH",
  },
  bind: {
    name: "BIND",
    program: "named",
    folders: () => ["/usr/sbin"],
    debianPackage: "bind9",
    elsewhere: "see https://www.isc.org/bind/",
  },
  powerdns: {
    name: "PowerDNS with its LMDB backend",
    program: "pdns_server",
    folders: () => ["/usr/sbin"],
    debianPackage: "pdns-backend-lmdb",
    elsewhere: "see https://www.powerdns.com/",
  },
  promtool: {
    name: "Prometheus' promtool",
    program: "promtool",
    folders: () => [],
    debianPackage: "prometheus",
    elsewhere: "see https://prometheus.io/download/",
  },
  chromium: {
    name: "Chromium",
    program: "chromium",
    folders: () => [],
    debianPackage: "chromium",
    elsewhere:
      "see https://www.chromium.org/getting-involved/download-chromium/, then put it on PATH as chromium",
  },
  openssl: {
    name: "openssl",
    program: "openssl",
    folders: () => [],
    debianPackage: "openssl",
    elsewhere: "see https://openssl-library.org/source/",
  },
} as const satisfies Record<string, Peer>;

/** What only benches run; the tests do without. */
export const benchPeers = {
  wrk: {
    name: "wrk",
    program: "wrk",
    folders: () => [],
    debianPackage: "wrk",
    elsewhere: "see https://github.com/wg/wrk",
  },
  taskset: {
    name: "taskset",
    program: "taskset",
    folders: () => [],
    debianPackage: "util-linux",
    elsewhere: "it comes with util-linux and works on Linux only",
  },
} as const satisfies Record<string, Peer>;

/** A peer that is not on this machine; the message names the command that brings it. */
export class PeerMissing extends Error {
  readonly code = "peer-missing";
  readonly missing: readonly Peer[];

  constructor(missing: readonly Peer[]) {
    super(missing.map(wayTo).join("\n"));
    this.name = "PeerMissing";
    this.missing = missing;
  }
}

function wayTo({ name, program, debianPackage, newer, elsewhere, isLoaded }: Peer): string {
  if (newer === undefined) {
    return (
      `${name} is missing (no ${isLoaded === true ? "file" : "program"} "${program}"). Debian, Ubuntu: ` +
      `sudo apt-get install ${debianPackage}. Elsewhere: ${elsewhere}.`
    );
  }
  const refusal = refusalOfNewer(program);
  return (
    `${name} is missing. Debian: npm run peers unpacks it from a newer suite, beside the system. ` +
    `Elsewhere: ${elsewhere}.${refusal === null ? "" : `\nThe last time npm run peers could not. ${refusal}`}`
  );
}

/** The folder of a peer's program, or `null` when this machine has none. */
export function folderOf(peer: Peer): string | null {
  const onPath = (process.env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  const willDo = (folder: string) => {
    const program = join(folder, peer.program);
    const usable = peer.isLoaded === true ? isPermitted(program, "R_OK") : isPermitted(program, "X_OK");
    return usable && (peer.newer === undefined || isNewEnough(program, peer.newer));
  };
  return [...peer.folders(), ...onPath].find(willDo) ?? null;
}

export const isNewEnough = (path: string, { mark }: NewerPeer): boolean => readFileSync(path).includes(mark);

/**
 * The path of a peer's program, or of another that comes with it (`initdb` with PostgreSQL).
 *
 * @throws PeerMissing
 */
export function programOf(peer: Peer, program: string = peer.program): string {
  const folder = folderOf(peer);
  if (folder === null) throw new PeerMissing([peer]);
  return join(folder, program);
}

/** Debian keeps PostgreSQL's server programs off PATH, one folder for each major version. */
function debianPostgresFolders(): readonly string[] {
  const root = "/usr/lib/postgresql";
  try {
    const versions = readdirSync(root).sort((a, b) => Number(b) - Number(a));
    return versions.map((version) => join(root, version, "bin"));
  } catch {
    return [];
  }
}

function isPermitted(path: string, mode: "R_OK" | "X_OK"): boolean {
  try {
    accessSync(path, constants[mode]);
    return true;
  } catch {
    return false;
  }
}
