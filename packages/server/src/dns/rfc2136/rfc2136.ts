/** A name server that takes updates (RFC 2136), signed with TSIG: BIND, Knot, PowerDNS, NSD's masters, Windows. */
import { randomInt } from "node:crypto";
import { type DnsProvider, ProviderFault, type TextRecord } from "../dns-provider.ts";
import { askOverTcp, type TcpServer } from "./ask-over-tcp.ts";
import { sign, TsigFault, type TsigKey, verifyReply } from "./tsig.ts";
import { responseCode, updateMessage } from "./update-message.ts";

export interface Rfc2136Options {
  readonly server: TcpServer;
  /** Null: updates are not signed; the server goes by our address. */
  readonly key: TsigKey | null;
  /** The real time, milliseconds since 1970: a server's clock is compared with it. */
  readonly now: () => number;
}

export function rfc2136(options: Rfc2136Options): DnsProvider {
  return {
    add: (record, signal) => update("add", record, options, signal),
    remove: (record, signal) => update("delete", record, options, signal),
  };
}

async function update(
  change: "add" | "delete",
  record: TextRecord,
  { server, key, now }: Rfc2136Options,
  signal: AbortSignal,
): Promise<void> {
  const plain = updateMessage(randomInt(0x1_0000), change, record);
  const seconds = (): number => Math.floor(now() / 1_000);
  const signed = key === null ? null : sign(plain, key, seconds());
  const reply = await askOverTcp(server, signed?.message ?? plain, signal);
  const code = responseCode(reply);
  const no = (why: string): ProviderFault =>
    new ProviderFault(`The name server ${server.host} did not change ${record.zone}: ${why}.`);
  if (key !== null && signed !== null && (code === "NOERROR" || code === "NOTAUTH")) {
    try {
      verifyReply(reply, key, signed.mac, seconds());
    } catch (error) {
      if (error instanceof TsigFault) throw no(error.message);
      if (error instanceof RangeError) throw no("its reply cannot be read");
      throw error;
    }
  }
  if (code !== "NOERROR") throw no(reasons[code] ?? `it answers ${code}`);
}

const reasons: Readonly<Record<string, string>> = {
  REFUSED: "it refuses (REFUSED): see what the key, or this host's address, is allowed to do there",
  NOTAUTH: "it does not have the zone (NOTAUTH), or does not know the key",
  NOTZONE: "the name is not in the zone (NOTZONE)",
  NOTIMP: "it takes no updates (NOTIMP)",
};
