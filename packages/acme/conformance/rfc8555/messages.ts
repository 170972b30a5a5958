/** RFC 8555 sections 5 and 6: characters, requests, signatures, nonces, errors. */
import { type Clause, shownBy, testIn } from "../clause.ts";
import { accountTest, clientTest, fuzzTest, jwsTest, requestTest, transportTest } from "../test-files.ts";

const signsExactly = jwsTest("JwsSigner > signs exactly what the header and the payload say");
const comesOut = fuzzTest("what goes into a JWS > comes out of it, whatever it is");
const stepsOfAnOrder = clientTest(
  "the steps of an order > each make one request, and the nonce of one answer serves the next",
);
const actsAsAccount = clientTest(
  "newAccount > signs with the key itself, and acts as the account from then on",
);
const ownKeyRevokes = accountTest("revoke > is signed by the certificate's own key on %s");

export const messageClauses: readonly Clause[] = [
  {
    id: "8555-5-1",
    section: "5",
    level: "MUST",
    clause: "Requests, and all that goes into a digest, are UTF-8.",
    shown: shownBy(
      transportTest("undiciTransport > hands over status, headers and body, and says who asks"),
      comesOut,
    ),
  },
  {
    id: "8555-6.1-1",
    section: "6.1",
    level: "MUST",
    clause: "All talk with the CA is over HTTPS.",
    shown: shownBy(
      clientTest("the directory > must be over https"),
      requestTest("what goes wrong > refuses an order that is %s"),
      fuzzTest("a URL that is taken is https, or of this machine"),
    ),
  },
  {
    id: "8555-6.1-2",
    section: "6.1",
    level: "MUST",
    clause: "Every request has a User-Agent.",
    shown: shownBy(transportTest("undiciTransport > hands over status, headers and body, and says who asks")),
  },
  {
    id: "8555-6.1-3",
    section: "6.1",
    level: "SHOULD",
    clause: "The User-Agent names the ACME software and the HTTP client beneath it, each with its version.",
    shown: shownBy({
      file: "packages/acme/src/wire/undici-transport-tls.test.ts",
      title: "says who it is and which language it reads when it is told nothing",
    }),
  },
  {
    id: "8555-6.1-4",
    section: "6.1",
    level: "SHOULD",
    clause: "Every request has an Accept-Language, so that errors can come in the reader's language.",
    shown: shownBy({
      file: "packages/acme/src/wire/undici-transport-tls.test.ts",
      title: "says who it is and which language it reads when it is told nothing",
    }),
  },
  {
    id: "8555-6.1-5",
    section: "6.1",
    level: "MUST",
    clause: "base64url is written without padding.",
    shown: shownBy(stepsOfAnOrder, comesOut),
  },
  {
    id: "8555-6.1-6",
    section: "6.1",
    level: "MUST",
    clause: "base64url with padding is refused.",
    shown: shownBy(
      testIn("packages/acme/src/challenge/key-authorization.test.ts")("refuses the token %j"),
      requestTest("what goes wrong > refuses a token that is more than base64url"),
    ),
  },
  {
    id: "8555-6.2-1",
    section: "6.2",
    level: "MUST",
    clause: "A body is a JWS around its payload, signed by the account's key where nothing else is said.",
    shown: shownBy(stepsOfAnOrder, signsExactly),
  },
  {
    id: "8555-6.2-2",
    section: "6.2",
    level: "MUST",
    clause: "The JWS is in the flattened JSON form.",
    shown: shownBy(signsExactly),
  },
  {
    id: "8555-6.2-3",
    section: "6.2",
    level: "MUST NOT",
    clause: "The JWS has more than one signature.",
    shown: shownBy({
      file: "packages/acme/src/wire/jws.test.ts",
      title: "JwsSigner > has one signature and no header but the protected one",
    }),
  },
  {
    id: "8555-6.2-4",
    section: "6.2",
    level: "MUST NOT",
    clause: "The payload goes unencoded (RFC 7797).",
    shown: shownBy(signsExactly),
  },
  {
    id: "8555-6.2-5",
    section: "6.2",
    level: "MUST NOT",
    clause: "The JWS has an unprotected header.",
    shown: shownBy({
      file: "packages/acme/src/wire/jws.test.ts",
      title: "JwsSigner > has one signature and no header but the protected one",
    }),
  },
  {
    id: "8555-6.2-6",
    section: "6.2",
    level: "MUST NOT",
    clause: "The payload is detached from the JWS.",
    shown: shownBy(signsExactly),
  },
  {
    id: "8555-6.2-7",
    section: "6.2",
    level: "MUST",
    clause: "The protected header has `alg`, `nonce`, `url`, and one of `jwk` and `kid`.",
    shown: shownBy(
      signsExactly,
      jwsTest("JwsSigner > names the key itself before there is an account, and never both"),
    ),
  },
  {
    id: "8555-6.2-8",
    section: "6.2",
    level: "MUST NOT",
    clause: "`alg` is `none` or an algorithm with a shared key.",
    shown: shownBy(
      testIn("packages/acme/src/wire/account-key.test.ts")(
        "$alg: signs in the form of JWS, and tells the members of RFC 7638",
      ),
      testIn("packages/acme/src/wire/account-key.test.ts")("is a private key"),
    ),
  },
  {
    id: "8555-6.2-9",
    section: "6.2",
    level: "MUST",
    clause: "newAccount, and a revocation by a certificate's key, carry `jwk`.",
    shown: shownBy(actsAsAccount, ownKeyRevokes),
  },
  {
    id: "8555-6.2-10",
    section: "6.2",
    level: "MUST",
    clause: "`jwk` is the public half of the key that signs.",
    shown: shownBy(actsAsAccount, ownKeyRevokes),
  },
  {
    id: "8555-6.2-11",
    section: "6.2",
    level: "MUST",
    clause: "All other requests carry `kid`.",
    shown: shownBy(actsAsAccount, accountTest("the account > is read, changed and ended at its own URL")),
  },
  {
    id: "8555-6.2-12",
    section: "6.2",
    level: "MUST",
    clause: "`kid` is the account's URL as newAccount told it.",
    shown: shownBy(actsAsAccount),
  },
  {
    id: "8555-6.3-1",
    section: "6.3",
    level: "MUST",
    clause: "What would be a GET elsewhere is a POST with an empty payload.",
    shown: shownBy(stepsOfAnOrder),
  },
  {
    id: "8555-6.3-2",
    section: "6.3",
    level: "MUST",
    clause: "The JWS of such a POST has its payload member, an empty string.",
    shown: shownBy(jwsTest("JwsSigner > names the key itself before there is an account, and never both")),
  },
  {
    id: "8555-6.4-1",
    section: "6.4",
    level: "MUST",
    clause: "`url` is letter by letter the URL that the server gave, never one that was encoded again.",
    shown: shownBy({
      file: "packages/acme/src/client/acme-client.test.ts",
      title: "the steps of an order > sign the URL letter by letter as the CA wrote it",
    }),
  },
  {
    id: "8555-6.4.1-1",
    section: "6.4.1",
    level: "MUST",
    clause: "`url` is in the protected header.",
    shown: shownBy(signsExactly),
  },
  {
    id: "8555-6.4.1-2",
    section: "6.4.1",
    level: "MUST",
    clause: "`url` is a string, the URL that the request goes to.",
    shown: shownBy(actsAsAccount, signsExactly),
  },
  {
    id: "8555-6.5-1",
    section: "6.5",
    level: "MUST",
    clause: "Every JWS has a nonce in its protected header.",
    shown: shownBy(stepsOfAnOrder, signsExactly),
  },
  {
    id: "8555-6.5-2",
    section: "6.5",
    level: "SHOULD",
    clause: "A request refused for its nonce is made again with a new one.",
    shown: shownBy(
      requestTest("badNonce > is answered with the nonce of the refusal"),
      testIn("test/protocol/suite/refusals.ts")(
        "refusals > of nonces are not seen, up to a share that no CA has",
      ),
    ),
  },
  {
    id: "8555-6.5-3",
    section: "6.5",
    level: "MUST",
    clause: "That new nonce is the one that came with the refusal.",
    shown: shownBy(requestTest("badNonce > is answered with the nonce of the refusal")),
  },
  {
    id: "8555-6.5.1-1",
    section: "6.5.1",
    level: "MUST",
    clause: "A Replay-Nonce that is not base64url is ignored.",
    shown: shownBy(requestTest("what goes wrong > refuses a nonce that is not base64url")),
  },
  {
    id: "8555-6.5.1-2",
    section: "6.5.1",
    level: "SHOULD NOT",
    clause: "A request has a Replay-Nonce header.",
    shown: shownBy({
      file: "packages/acme/src/client/signed-requests.test.ts",
      title: "says in its headers what the body is and what is wanted, and no nonce",
    }),
  },
  {
    id: "8555-6.5.2-1",
    section: "6.5.2",
    level: "MUST",
    clause: "The nonce stands in the protected header.",
    shown: shownBy(signsExactly),
  },
  {
    id: "8555-6.5.2-2",
    section: "6.5.2",
    level: "MUST",
    clause: "The nonce is base64url.",
    shown: shownBy(requestTest("what goes wrong > refuses a nonce that is not base64url")),
  },
  {
    id: "8555-6.7-1",
    section: "6.7",
    level: "SHOULD",
    clause: "The `detail` of every error is shown.",
    shown: shownBy(
      requestTest("what goes wrong > keeps the nonce of a refusal for the next request"),
      testIn("packages/acme/src/flow/handles.test.ts")(
        "AuthorizationHandle > tells why it is not valid, in the words of its challenge",
      ),
      testIn("packages/acme/src/flow/handles.test.ts")(
        "OrderHandle.finalize > tells of an order that becomes invalid %s",
      ),
    ),
  },
];
