/**
 * The client process of `@certmill/acme`: each certificate by the one-step calls, as a scheduler makes them, an
 * order's authorizations side by side, asking again at once when the CA says "not yet".
 *
 * Arguments: the directory URL, a file with the root of the CA's own HTTPS.
 */
import { generateKeyPairSync } from "node:crypto";
import { readFileSync } from "node:fs";
import {
  AcmeClient,
  certificateRequest,
  generateAccountKey,
  http01,
  type Order,
  parseChain,
  undiciTransport,
} from "@certmill/acme";
import { answerLaps } from "./lap.ts";

const [directoryUrl = "", rootFile = ""] = process.argv.slice(2);
const key = generateAccountKey();
await using transport = undiciTransport({ rootPem: readFileSync(rootFile, "utf8"), userAgent: "bench/1" });
let requests = 0;
const onRequest = () => {
  requests += 1;
};
const client = new AcmeClient({ directoryUrl, transport, key, now: Date.now, onRequest });
await client.newAccount({ termsOfServiceAgreed: true });
await answerLaps(issue, () => requests);

async function issue(names: readonly string[]): Promise<void> {
  const identifiers = names.map((value) => ({ type: "dns", value }) as const);
  const { url, resource: placed } = await client.newOrder({ identifiers });
  let order = placed;
  if (order.status === "pending") {
    await Promise.all(order.authorizations.map(authorize));
    order = await orderOnce("ready", url);
  }
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  // As it would be stored.
  privateKey.export({ type: "pkcs8", format: "pem" });
  const csr = certificateRequest({ names, key: privateKey });
  order = (await client.finalize(order.finalize, csr)).resource;
  if (order.status !== "valid") order = await orderOnce("valid", url);
  if (order.certificate === null) throw new Error(`${url} has no certificate.`);
  const { leaf } = parseChain((await client.certificate(order.certificate)).resource);
  if (leaf.names.length !== names.length)
    throw new Error(`${url} gave a certificate for ${leaf.names.join()}.`);
}

async function authorize(url: string): Promise<void> {
  const { resource: authorization } = await client.authorization(url);
  if (authorization.status === "valid") return;
  const challenge = authorization.challenges.find(({ type }) => type === "http-01");
  if (challenge === undefined || challenge.token === null) throw new Error(`${url} offers no http-01.`);
  http01.path(challenge.token);
  http01.body(challenge.token, key.thumbprint);
  await client.respondToChallenge(challenge.url);
}

async function orderOnce(status: "ready" | "valid", url: string): Promise<Order> {
  for (;;) {
    const { resource: order } = await client.order(url);
    if (order.status === status) return order;
    if (order.status === "invalid") throw new Error(`${url} became invalid.`);
  }
}
