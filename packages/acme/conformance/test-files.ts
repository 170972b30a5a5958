/** The tests that many clauses name. */
import { testIn } from "./clause.ts";

export const clientTest = testIn("packages/acme/src/client/acme-client.test.ts");
export const accountTest = testIn("packages/acme/src/client/account.test.ts");
export const requestTest = testIn("packages/acme/src/client/signed-requests.test.ts");
export const jwsTest = testIn("packages/acme/src/wire/jws.test.ts");
export const fuzzTest = testIn("packages/acme/test/wire-fuzz.test.ts");
export const transportTest = testIn("packages/acme/src/wire/undici-transport.test.ts");
export const identifierTest = testIn("packages/acme/src/wire/identifier.test.ts");
export const csrTest = testIn("packages/acme/src/x509/csr.test.ts");
export const alpnCertificateTest = testIn("packages/acme/src/x509/tls-alpn-certificate.test.ts");
export const alpnTest = testIn("packages/acme/src/challenge/tls-alpn-01.test.ts");

/** The protocol suite's, which run against every CA there is to test with. */
const suite = (cases: string) => testIn(`test/protocol/suite/${cases}.ts`);
export const accountCase = suite("accounts");
export const challengeCase = suite("challenges");
export const renewalCase = suite("renewal");
export const refusalCase = suite("refusals");
