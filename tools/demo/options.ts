import { parseArgs } from "node:util";

export interface DemoOptions {
  /** A list of domains as `certmill domain import` reads it. */
  readonly domains: string;
  readonly ca: "sim" | "pebble";
  /** End when all is served, instead of staying up. */
  readonly once: boolean;
}

const sample = new URL("sample-domains.csv", import.meta.url).pathname;

export const usage = `Usage: npm run demo [-- OPTIONS]

Starts a CA, the Certmill server on its embedded database and a TLS-terminating
edge, enrols a list of domains, and checks that each is served over real TLS.

  --domains FILE   CSV (domain,tenant,aliases) or one name a line
                   (default: a sample of 50)
  --ca sim|pebble  the CA of this repository, or Debian's Pebble (default: sim)
  --once           end instead of staying up; exit code 0 only if all is served
`;

/** @returns null when help is asked for. @throws TypeError for a wrong command line. */
export function parseOptions(argv: readonly string[]): DemoOptions | null {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      domains: { type: "string", default: sample },
      ca: { type: "string", default: "sim" },
      once: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return null;
  if (values.ca !== "sim" && values.ca !== "pebble") throw new TypeError("--ca is sim or pebble.");
  return { domains: values.domains, ca: values.ca, once: values.once };
}
