/**
 * What the checks of a bench look at, as a process of its own: a root, a top-level domain and a hoster's name server that
 * has a zone for each customer, and the platform's responder. One in twelve names has an AAAA record that leads elsewhere.
 *
 * Arguments: the installation's id, the port of the name servers, the port of the responder.
 */
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { type Answer, decode, encode } from "dns-packet";
import { checkTokens } from "../../packages/server/src/challenge/check-token.ts";
import { createResponder } from "../../packages/server/src/challenge/responder.ts";
import { answerQuestions } from "../rig/fork-worker.ts";

/** Asked by `{}`. Since the start. */
export interface OutsideAccount {
  readonly dnsQuestions: number;
  readonly httpRequests: number;
}

const [installationId = "", dnsPort = "", httpPort = ""] = process.argv.slice(2);
const account = { dnsQuestions: 0, httpRequests: 0 };
const authoritative = 0x400;

type Sections = Pick<Parameters<typeof encode>[0], "flags" | "answers" | "authorities" | "additionals">;

const referral = (zone: string, server: string, address: string): Sections => ({
  flags: 0,
  authorities: [{ type: "NS", name: zone, ttl: 60, data: server }],
  additionals: [{ type: "A", name: server, ttl: 60, data: address }],
});

/** `shop.n7.example`: the customer's number decides whether it is right. */
function ofCustomer(name: string, type: string): Sections {
  const customer = name.split(".").slice(-2).join(".");
  const isWrong = Number(customer.slice(1, customer.indexOf("."))) % 12 === 0;
  const isShop = name !== customer;
  const records: Answer[] = [];
  if (isShop && type === "A") records.push({ type, name, ttl: 60, data: "127.0.0.1" });
  if (isShop && isWrong && type === "AAAA") records.push({ type, name, ttl: 60, data: "2001:db8::7" });
  if (!isShop && type === "CAA")
    records.push({ type, name, ttl: 60, data: { flags: 0, tag: "issue", value: "bench.example" } });
  if (records.length > 0) return { flags: authoritative, answers: records };
  const soa = { mname: customer, rname: customer, serial: 1, refresh: 1, retry: 1, expire: 1, minimum: 1 };
  return { flags: authoritative, authorities: [{ type: "SOA", name: customer, ttl: 60, data: soa }] };
}

const servers: Readonly<Record<string, (name: string, type: string) => Sections>> = {
  "127.0.0.1": () => referral("example", "ns.example", "127.0.0.2"),
  "127.0.0.2": (name) => referral(name.split(".").slice(-2).join("."), "ns.hoster.example", "127.0.0.3"),
  "127.0.0.3": ofCustomer,
};

for (const [address, answer] of Object.entries(servers)) {
  const socket = createSocket("udp4");
  socket.on("message", (query, from) => {
    account.dnsQuestions += 1;
    const { id, questions } = decode(query);
    const [question] = questions ?? [];
    if (id === undefined || questions === undefined || question === undefined) return;
    const reply = { type: "response", id, questions, ...answer(question.name, question.type) } as const;
    socket.send(encode(reply), from.port, from.address);
  });
  socket.bind(Number(dnsPort), address);
  await once(socket, "listening");
}

const tokens = checkTokens(installationId);
const responder = createResponder({
  find: async (token) => tokens.answerTo(token),
  onHit: () => {
    account.httpRequests += 1;
  },
});
responder.listen(Number(httpPort), "127.0.0.1");
await once(responder, "listening");
await answerQuestions(async () => account satisfies OutsideAccount);
process.exit();
