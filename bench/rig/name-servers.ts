/** A root, all top-level domains and a hoster with a zone for each customer, on 127.0.0.1, .2 and .3. */
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { type Answer, decode, encode } from "dns-packet";

export interface NameServers extends Disposable {
  /** Questions since the start. */
  readonly questions: number;
}

/** The hoster's records of a name, empty: none of this type; null: there is no such name. */
export type RecordsOf = (name: string, type: string) => readonly Answer[] | null;

type Sections = Pick<Parameters<typeof encode>[0], "flags" | "answers" | "authorities" | "additionals">;

const authoritative = 0x400;
const noSuchName = 3;

const referral = (zone: string, server: string, address: string): Sections => ({
  flags: 0,
  authorities: [{ type: "NS", name: zone, ttl: 60, data: server }],
  additionals: [{ type: "A", name: server, ttl: 60, data: address }],
});

const topOf = (name: string): string => name.split(".").at(-1) ?? "";

/** `shop.example` of `www.shop.example`. */
export const customerOf = (name: string): string => name.split(".").slice(-2).join(".");

function answered(name: string, records: readonly Answer[] | null): Sections {
  if (records !== null && records.length > 0) return { flags: authoritative, answers: [...records] };
  const zone = customerOf(name);
  const soa = { mname: zone, rname: zone, serial: 1, refresh: 1, retry: 1, expire: 1, minimum: 1 };
  return {
    flags: records === null ? authoritative | noSuchName : authoritative,
    authorities: [{ type: "SOA", name: zone, ttl: 60, data: soa }],
  };
}

/** Resolves when they answer. */
export async function startNameServers(port: number, recordsOf: RecordsOf): Promise<NameServers> {
  const answers: Readonly<Record<string, (name: string, type: string) => Sections>> = {
    "127.0.0.1": (name) => referral(topOf(name), `ns.${topOf(name)}`, "127.0.0.2"),
    "127.0.0.2": (name) =>
      name.includes(".")
        ? referral(customerOf(name), `ns.hoster.${topOf(name)}`, "127.0.0.3")
        : answered(name, []),
    "127.0.0.3": (name, type) => answered(name, recordsOf(name, type)),
  };
  let asked = 0;
  using opened = new DisposableStack();
  for (const [address, answer] of Object.entries(answers)) {
    const socket = createSocket("udp4");
    opened.defer(() => socket.close());
    socket.on("message", (query, from) => {
      asked += 1;
      const { id, questions } = decode(query);
      const [question] = questions ?? [];
      if (id === undefined || questions === undefined || question === undefined) return;
      const reply = { type: "response", id, questions, ...answer(question.name, question.type) } as const;
      socket.send(encode(reply), from.port, from.address);
    });
    socket.bind(port, address);
    await once(socket, "listening");
  }
  const lifetime = opened.move();
  return {
    get questions() {
      return asked;
    },
    [Symbol.dispose]: () => lifetime.dispose(),
  };
}
