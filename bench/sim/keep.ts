/**
 * The CA alone, without HTTP: certificates of two names each, spread over 90 days of its clock, to see what it keeps.
 *
 * Argument: how many certificates.
 */
import { generateKeyPairSync } from "node:crypto";
import { certificateRequest } from "@certmill/acme";
import { days, type Instant, instant } from "@certmill/domain";
import { assembleAuthority } from "../../packages/sim/src/assemble.ts";
import { parseAccountKey } from "../../packages/sim/src/ca/account-key.ts";
import { Urls } from "../../packages/sim/src/ca/urls.ts";
import { withDefaults } from "../../packages/sim/src/options.ts";
import { answerQuestions } from "../rig/fork-worker.ts";

/** Asked by `{}`, once. */
export interface Kept {
  readonly issued: number;
  readonly seconds: number;
}

const START = instant(Date.UTC(2027, 0, 1));
const certificates = Number(process.argv[2]);
let now: Instant = START;
const authority = assembleAuthority(
  withDefaults({ now: () => now, model: () => ({ kind: "right" }), trustSignatures: true }),
  new Urls("http://ca.test"),
);
const { publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const jwk = publicKey.export({ format: "jwk" });
const key = await parseAccountKey({ kty: "EC", crv: "P-256", x: String(jwk.x), y: String(jwk.y) });
const agreed = { termsOfServiceAgreed: true };
const { account } = await authority.accounts.register(key, agreed, () => undefined);
const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });

await answerQuestions<Kept>(async () => {
  const startedAt = performance.now();
  for (let index = 0; index < certificates; index += 1) {
    now = instant(START + (days(90) / certificates) * index);
    issue([`n${index}.example`, `www.n${index}.example`]);
  }
  return { issued: authority.certificates.count, seconds: (performance.now() - startedAt) / 1_000 };
});

function issue(names: readonly string[]): void {
  const { orders, authorizations } = authority;
  const order = orders.create(account, { identifiers: names.map((value) => ({ type: "dns", value })) });
  for (const authorization of order.authorizations) {
    const challenge = authorization.challenges.find(({ type }) => type === "http-01");
    if (challenge === undefined) throw new Error("http-01 is not offered.");
    authorizations.respond(authorization, challenge);
  }
  const csr = Buffer.from(certificateRequest({ names, key: privateKey })).toString("base64url");
  orders.finalize(order, { csr });
}
