/**
 * What the checks of a bench look at, as a process of its own: a root, a top-level domain and a hoster's name server that
 * has a zone for each customer, and the platform's responder. One in twelve names has an AAAA record that leads elsewhere.
 *
 * Arguments: the installation's id, the port of the name servers, the port of the responder.
 */
import { once } from "node:events";
import { checkTokens } from "../../packages/server/src/challenge/check-token.ts";
import { createResponder } from "../../packages/server/src/challenge/responder.ts";
import { answerQuestions } from "../rig/fork-worker.ts";
import { customerOf, type RecordsOf, startNameServers } from "../rig/name-servers.ts";

/** Asked by `{}`. Since the start. */
export interface OutsideAccount {
  readonly dnsQuestions: number;
  readonly httpRequests: number;
}

const [installationId = "", dnsPort = "", httpPort = ""] = process.argv.slice(2);

/** `shop.n7.example`: the customer's number decides whether it is right. */
const recordsOf: RecordsOf = (name, type) => {
  const customer = customerOf(name);
  const isWrong = Number(customer.slice(1, customer.indexOf("."))) % 12 === 0;
  const isShop = name !== customer;
  if (isShop && type === "A") return [{ type, name, ttl: 60, data: "127.0.0.1" }];
  if (isShop && isWrong && type === "AAAA") return [{ type, name, ttl: 60, data: "2001:db8::7" }];
  const caa = { flags: 0, tag: "issue", value: "bench.example" } as const;
  return !isShop && type === "CAA" ? [{ type, name, ttl: 60, data: caa }] : [];
};

using nameServers = await startNameServers(Number(dnsPort), recordsOf);
let httpRequests = 0;
const tokens = checkTokens(installationId);
const responder = createResponder({
  find: async (token) => tokens.answerTo(token),
  onHit: () => {
    httpRequests += 1;
  },
});
responder.listen(Number(httpPort), "127.0.0.1");
await once(responder, "listening");
await answerQuestions(
  async (): Promise<OutsideAccount> => ({ dnsQuestions: nameServers.questions, httpRequests }),
);
process.exit();
