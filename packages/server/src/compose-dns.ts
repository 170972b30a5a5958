/** What puts proofs into the DNS: the providers as they are stored, and the resolver. */
import type { DnsAccess } from "@certmill/api";
import type { Clock } from "./clock.ts";
import { composeResolver } from "./compose-resolver.ts";
import type { DnsConfig } from "./config/checks-config.ts";
import { ProviderFault } from "./dns/dns-provider.ts";
import { openProvider } from "./dns/open-provider.ts";
import { Records } from "./dns/records.ts";
import { open } from "./keys/envelope.ts";
import type { KeyRing } from "./keys/key-ring.ts";
import type { Db } from "./store/database.ts";
import { readProviderOfZone } from "./store/dns/dns-zones.ts";
import { readSecret } from "./store/secrets.ts";

export interface DnsParts {
  readonly config: DnsConfig;
  readonly db: Db;
  readonly clock: Clock;
  readonly keyRing: () => KeyRing;
  /** Of the name servers below the root. */
  readonly port: number;
}

export function composeRecords({ config, db, clock, keyRing, port }: DnsParts): Records {
  const { hookDirectory } = config;
  return new Records({
    db,
    clock,
    resolver: composeResolver(config, clock, port),
    // Read each time: the operator may have removed it, and added it with another key.
    providerOf: async (zone) => {
      const stored = await readProviderOfZone(db, zone);
      if (stored === null) throw new ProviderFault(`No DNS provider has the zone ${zone} any more.`);
      const { kind, settings, secretId } = stored;
      const secret = secretId === null ? {} : readJson(open(keyRing(), await readSecret(db, secretId)));
      // As the API took it, by its schema.
      return openProvider({ kind, ...settings, ...secret } as DnsAccess, { hookDirectory });
    },
  });
}

const readJson = (bytes: Uint8Array): object => JSON.parse(Buffer.from(bytes).toString("utf8")) as object;
