/** What CAs are asked and told beside the issuances: when to renew, what is revoked, and how they are. */
import { minutes } from "@certmill/domain";
import { baseOf, type WatchParts } from "./compose-watch-parts.ts";
import type { CaConnections } from "./effects/ca-connections.ts";
import { readOffer } from "./effects/directory-offer.ts";
import { askForRenewal } from "./effects/renewal-info.ts";
import { revokeCertificate } from "./effects/revoke-certificate.ts";
import { readStatusPage, statusPages } from "./effects/status-page.ts";
import { importKey } from "./keys/certificate-key.ts";
import { open } from "./keys/envelope.ts";
import { observeRenewals } from "./observe/renewal-events.ts";
import { observeRevocations } from "./observe/revocation-events.ts";
import { RenewalWatch } from "./work/renewal-watch.ts";
import { watchRevocations } from "./work/revocation-watch.ts";
import type { Rounds } from "./work/rounds.ts";
import { watchStatus } from "./work/status-watch.ts";

export function startRenewalWatch(parts: WatchParts, connections: CaConnections): RenewalWatch {
  const { metrics, log } = parts;
  const tell = observeRenewals(metrics, log);
  const names = new Map<string, string>();
  const connect = async (caId: string) => {
    const connection = await connections.to(caId, "renewal");
    names.set(caId, connection.caName);
    return connection.client;
  };
  return new RenewalWatch({
    ...baseOf(parts, "renewal.error", "asking for renewal information met an error; it is asked again"),
    readOffer: async (caId, signal) => readOffer(await connect(caId), signal),
    ask: async (caId, question, signal) => {
      const answer = await askForRenewal(await connect(caId), question, signal);
      metrics.renewalPolls.inc({ ca: names.get(caId) ?? caId, result: answer.kind });
      return answer;
    },
    onNews: ({ caId, ...news }) => tell({ ca: names.get(caId) ?? caId, ...news }),
  });
}

export function startRevoking(parts: WatchParts, connections: CaConnections): Rounds {
  const { config, keyRing, metrics, log } = parts;
  return watchRevocations({
    ...baseOf(parts, "revocation.error", "revoking met an error; it is tried again"),
    pollEvery: config.pollEvery ?? minutes(5),
    revoke: async ({ caId, chainPem, reason, key }, signal) => {
      // A key in the wrong hands is told before all else; the rest is only to be told some day soon.
      const workClass = reason === "keyCompromise" ? "emergency" : "renewal";
      const { client } = await connections.to(caId, workClass);
      const certificateKey =
        reason === "keyCompromise" && key !== null ? importKey(open(keyRing(), key)) : null;
      return revokeCertificate(client, { chainPem, reason, certificateKey }, signal);
    },
    onEnded: observeRevocations(metrics, log),
  });
}

export function startStatusWatch({ database, clock, openTransport, log }: WatchParts): Rounds {
  return watchStatus({
    db: database.db,
    clock,
    hosts: [...statusPages.keys()],
    read: async (directoryHost, signal) => {
      const url = statusPages.get(directoryHost);
      return url === undefined ? "fine" : readStatusPage(openTransport, { url, directoryHost }, signal);
    },
    onChange: ({ caName }, status) =>
      log.warn({ event: "ca.status", ca: caName, status }, "what a CA's status page says of it has changed"),
  });
}
