/** RFC 8555 section 8: key authorizations, http-01 and dns-01. */
import { type Clause, shownBy, testIn } from "../clause.ts";
import { challengeCase } from "../test-files.ts";

const http01Test = testIn("packages/acme/src/challenge/http-01.test.ts");
const keyTest = testIn("packages/acme/src/wire/account-key.test.ts");
const proveNames = challengeCase("challenges > by %s prove %j");

export const challengeClauses: readonly Clause[] = [
  {
    id: "8555-8.1-1",
    section: "8.1",
    level: "MUST",
    clause: "Integers in a JWK have no zero octets before them when its thumbprint is computed.",
    shown: shownBy(
      keyTest("has the public half and the thumbprint of a published key"),
      keyTest("$alg: signs in the form of JWS, and tells the members of RFC 7638"),
    ),
  },
  {
    id: "8555-8.2-1",
    section: "8.2",
    level: "SHOULD NOT",
    clause: "The CA is told of a challenge before its requests will succeed.",
    shown: shownBy(
      challengeCase("challenges > are withdrawn when a publisher fails, and the CA is told nothing"),
    ),
  },
  {
    id: "8555-8.3-1",
    section: "8.3",
    level: "MUST",
    clause: "What is served for http-01 is the key authorization in ASCII.",
    shown: shownBy(http01Test("writes the path and the body of RFC 8555 section 8.3"), proveNames),
  },
  {
    id: "8555-8.3-2",
    section: "8.3",
    level: "SHOULD",
    clause: "What was served for http-01 is taken away once the challenge is over.",
    shown: shownBy(proveNames),
  },
  {
    id: "8555-8.3-3",
    section: "8.3",
    level: "MUST",
    clause: "Who copies a token from a request into its answer looks first whether it is base64url.",
    shown: shownBy(
      http01Test("refuses the token %j"),
      http01Test("has a path for every base64url token that is the token's alone"),
    ),
  },
  {
    id: "8555-8.4-1",
    section: "8.4",
    level: "SHOULD",
    clause: "The records for dns-01 are taken away once the challenge is over.",
    shown: shownBy(proveNames),
  },
];
