/**
 * RFC 8555 sections 7.1, 7.4 and 7.5: orders, authorizations, and answers to challenges. Section 7.2 about nonces and
 * section 7.6 about revocation bind servers only.
 */
import { type Clause, doesNotApply, shownBy, testIn } from "../clause.ts";
import { challengeCase, clientTest, csrTest, identifierTest, refusalCase } from "../test-files.ts";

const handleTest = testIn("packages/acme/src/flow/handles.test.ts");
const proveNames = challengeCase("challenges > by %s prove %j");
const saysTheNames = csrTest(
  "certificateRequest > says the names it was given, whichever they are, with whichever key",
);

export const resourceClauses: readonly Clause[] = [
  {
    id: "8555-7.1.3-1",
    section: "7.1.3",
    level: "SHOULD",
    clause: "An order whose identifiers or authorizations change is taken for invalid.",
    shown: shownBy({
      file: "packages/acme/src/flow/handles.test.ts",
      title: "an order whose names or authorizations change is taken for invalid",
    }),
  },
  {
    id: "8555-7.1.3-2",
    section: "7.1.3",
    level: "SHOULD",
    clause: "What is to be done for an order is told by its status, not by the length of its lists.",
    shown: shownBy(
      handleTest("OrderHandle.finalize > hands nothing in for an order that is %s already"),
      challengeCase("challenges > of a reused authorization need no answer"),
    ),
  },
  {
    id: "8555-7.1.4-1",
    section: "7.1.4",
    level: "MUST",
    clause: "A DNS identifier is written as in a certificate: in A-labels (RFC 5280 section 7).",
    shown: shownBy(
      identifierTest("identifierOf > tells what %s is"),
      identifierTest("identifierOf > refuses %j"),
    ),
  },
];

export const orderClauses: readonly Clause[] = [
  {
    id: "8555-7.4-1",
    section: "7.4",
    level: "MUST NOT",
    clause: "Something is read into the sequence of an order's identifiers or authorizations.",
    // Pebble shuffles both lists in each answer.
    shown: shownBy(proveNames),
  },
  {
    id: "8555-7.4-2",
    section: "7.4",
    level: "MUST",
    clause: "The request to finalize has a CSR.",
    shown: shownBy(
      clientTest(
        "the steps of an order > each make one request, and the nonce of one answer serves the next",
      ),
      handleTest(
        "OrderHandle.finalize > waits for ready, hands in the CSR once, and waits for the certificate",
      ),
    ),
  },
  {
    id: "8555-7.4-3",
    section: "7.4",
    level: "MUST",
    clause: "The CSR is for exactly the identifiers of the order.",
    shown: shownBy(
      saysTheNames,
      proveNames,
      refusalCase("refusals > of a CSR for other names than the order's are told as such"),
    ),
  },
  {
    id: "8555-7.4-4",
    section: "7.4",
    level: "MUST",
    clause: "DNS names stand in the CSR's common name, or in its subjectAltName request.",
    shown: shownBy(saysTheNames, csrTest("certificateRequest > is signed as OpenSSL verifies it: %s")),
  },
  {
    id: "8555-7.5.1-1",
    section: "7.5.1",
    level: "SHOULD",
    clause: "When the CA refuses the answer to a challenge, what was published for it is taken away.",
    shown: shownBy({
      file: "test/protocol/quirks.test.ts",
      title: "refusals > of the answer to a challenge take away what was published for it",
    }),
  },
  {
    id: "8555-7.5.1-2",
    section: "7.5.1",
    level: "SHOULD NOT",
    clause: "Polling begins before the CA's own request was seen, where it can be seen.",
    shown: doesNotApply(
      "the library does not see the CA's requests: what answers them is its caller's. A caller who sees them begins to " +
        "poll then, as `respond` and `untilReady` are calls of their own.",
    ),
  },
];
