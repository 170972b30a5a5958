import { readFile } from "node:fs/promises";
import { EdgeFault } from "../../edge-fault.ts";
import type { Log } from "../../log/edge-event.ts";
import type { Driver } from "../driver.ts";
import { type DriverKind, httpsHere, type OpenDriver } from "../driver-kind.ts";
import type { DriverOptions } from "../driver-options.ts";
import { readLoopback } from "./asked-place.ts";

export const nginxKind: DriverKind = {
  usage: `Options for nginx, set up by certmill edge install nginx:
  --proxy-socket PATH    its door (default /run/certmill-nginx/admin.sock)
  --proxy-listen ADDRESS where it asks for names that it does not have, set up
                         by --ask (default: nowhere)
  --nginx-redis URL      fill a Redis for the fleet, set up by --redis
  --nginx-redis-key-file FILE, --nginx-redis-password-file FILE
                         of it; the key is 32 bytes in base64
`,
  options: [
    "proxy-socket",
    "proxy-listen",
    "nginx-redis",
    "nginx-redis-key-file",
    "nginx-redis-password-file",
  ],
  layout: null,
  pairs: "both",
  // Half of what it was seen to take with two workers, parsing included: docs/edges/nginx.md.
  pace: 250,
  switchesWithin: 2_000,
  proveAt: httpsHere,
  plan(options) {
    const socket = options.one("proxy-socket") ?? "/run/certmill-nginx/admin.sock";
    const listen = options.one("proxy-listen");
    const place = listen === null ? null : readLoopback("proxy-listen", listen);
    const redis = redisOf(options);
    return async (parts) => {
      const { openNginxDriver } = await import("./nginx-driver.ts");
      await using opened = new AsyncDisposableStack();
      const nginx = openNginxDriver({ socket });
      const driver = redis === null ? nginx : opened.use(await cached(nginx, redis, parts.log));
      if (place !== null) {
        const { answerDemands } = await import("./answer-demands.ts");
        opened.use(await answerDemands(place, parts, parts.log));
      }
      const lifetime = opened.move();
      return { ...driver, [Symbol.asyncDispose]: () => lifetime.disposeAsync() };
    };
  },
};

interface RedisOptions {
  readonly url: string;
  readonly keyFile: string;
  readonly passwordFile: string | null;
}

function redisOf(options: DriverOptions): RedisOptions | null {
  const [url, keyFile] = [options.one("nginx-redis"), options.one("nginx-redis-key-file")];
  const passwordFile = options.one("nginx-redis-password-file");
  if (url === null && keyFile === null && passwordFile === null) return null;
  if (url === null || keyFile === null) throw usage("--nginx-redis and --nginx-redis-key-file go together");
  if (/^rediss?:\/\/[^\s@]+$/.test(url)) return { url, keyFile, passwordFile };
  throw usage(
    `--nginx-redis must be a URL without a password, such as redis://10.0.0.5:6379, not ${JSON.stringify(url)}`,
  );
}

/** Redis' client is loaded for this alone. */
async function cached(
  driver: Driver,
  { url, keyFile, passwordFile }: RedisOptions,
  log: Log,
): Promise<OpenDriver & AsyncDisposable> {
  const key = Buffer.from(await read(keyFile), "base64");
  if (key.length !== 32)
    throw usage(`${keyFile} must hold 32 bytes in base64, as \`openssl rand -base64 32\` prints them`);
  const password = passwordFile === null ? null : await read(passwordFile);
  const [{ SharedCache }, { withSharedCache }] = await Promise.all([
    import("./shared-cache.ts"),
    import("./with-shared-cache.ts"),
  ]);
  const cache = new SharedCache({ url, password, key, log });
  return {
    ...withSharedCache(driver, cache),
    [Symbol.asyncDispose]: () => cache[Symbol.asyncDispose](),
  };
}

async function read(path: string): Promise<string> {
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    throw usage(`${path} cannot be read (${error.code})`, error);
  });
  return text.trim();
}

const usage = (problem: string, cause?: Error): EdgeFault =>
  new EdgeFault("usage", `${problem}. See certmill edge run --help.`, { cause });
