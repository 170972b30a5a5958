import { Resolver } from "node:dns/promises";
import type { TextsOf } from "../validation/dns-challenges.ts";

/** As many as resolvers follow. */
const MOST_ALIASES = 10;

/**
 * TXT records as a name server has them, asked anew each time; aliases are followed there, wherever they lead.
 *
 * @param server `address:port`.
 * @returns none for a name that is not there, and when the server does not answer.
 */
export function textsByDns(server: string): TextsOf {
  const resolver = new Resolver({ timeout: 2_000, tries: 2 });
  resolver.setServers([server]);
  return async (name) => {
    let at = name;
    for (let aliases = 0; aliases < MOST_ALIASES; aliases += 1) {
      const [target] = await orNone(resolver.resolveCname(at));
      if (target === undefined) break;
      at = target;
    }
    return (await orNone(resolver.resolveTxt(at))).map((strings) => strings.join(""));
  };
}

/** A server that says no is as one without records: the CA tells both alike. */
const orNone = async <T>(asked: Promise<readonly T[]>): Promise<readonly T[]> => asked.catch(() => []);
