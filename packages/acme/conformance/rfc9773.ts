/** RFC 9773. When something is asked or renewed is the caller's: the library has no schedule of its own. */
import { type Clause, doesNotApply, shownBy, testIn } from "./clause.ts";
import { renewalCase } from "./test-files.ts";

const infoTest = testIn("packages/acme/src/client/renewal-info.test.ts");
const replacementTest = testIn("packages/acme/src/client/replacement.test.ts");
const idTest = testIn("packages/acme/src/x509/certificate-id.test.ts");
const clampedTime = infoTest("renewalInfo > with Retry-After %j is asked for again at the clamped time");
const clamp = infoTest("renewalInfoRetryAt stays between a minute and a day from now");
const suggested = renewalCase(
  "renewal > is suggested for a window within the certificate's life, where the CA does so",
);
const untilEnd =
  "the library keeps no certificates and asks only when it is told to. `parseChain` tells the end of a certificate " +
  "(`leaf.notAfter`).";
const retries =
  "the library makes one request a call and does not retry. An error tells whether it is temporary: `transport`, or a " +
  "`problem` with its HTTP status and `retryAt`.";

export const rfc9773: readonly Clause[] = [
  {
    id: "9773-4.1-1",
    section: "4.1",
    level: "MUST",
    clause: "Both parts of a certificate's identifier are base64url without padding.",
    shown: shownBy(
      idTest("is the RFC's own vector"),
      idTest("is the RFC's own vector for a certificate made by OpenSSL, read from PEM or as facts"),
      suggested,
    ),
  },
  {
    id: "9773-4.2-1",
    section: "4.2",
    level: "SHOULD",
    clause: "The operator gets to see the explanation's URL.",
    shown: doesNotApply(
      "a library has no operator before it. `renewalInfo` hands the URL on (`explanationUrl`), if it is https.",
    ),
  },
  {
    id: "9773-4.2-2",
    section: "4.2",
    level: "MUST",
    clause: "Renewal is tried at a time that follows from the suggested window.",
    shown: doesNotApply(
      "when to renew is the caller's schedule. `renewalInfo` tells the window, and `renewalTime` a time in it.",
    ),
  },
  {
    id: "9773-4.2-3",
    section: "4.2",
    level: "SHOULD",
    clause: "That time is a random one, evenly spread over the window.",
    shown: shownBy(infoTest("renewalTime > at chance %d is %d"), suggested),
  },
  {
    id: "9773-4.2-4",
    section: "4.2",
    level: "MUST",
    clause: "A window that does not end after it begins counts as no answer.",
    shown: shownBy(infoTest("renewalInfo > is refused with %s")),
  },
  {
    id: "9773-4.3-1",
    section: "4.3",
    level: "SHOULD",
    clause: "Renewal information is asked for right after issuance.",
    shown: doesNotApply(
      "the library asks only when it is told to; a certificate's identifier is there with its chain (`certificateId`).",
    ),
  },
  {
    id: "9773-4.3-2",
    section: "4.3",
    level: "MUST NOT",
    clause: "It is asked for after the certificate's end.",
    shown: doesNotApply(untilEnd),
  },
  {
    id: "9773-4.3-3",
    section: "4.3",
    level: "MUST NOT",
    clause: "It is asked for when the certificate has been replaced.",
    shown: doesNotApply(untilEnd),
  },
  {
    id: "9773-4.3.2-1",
    section: "4.3.2",
    level: "MUST",
    clause: "It is asked for again as soon as Retry-After says.",
    shown: doesNotApply(
      "when to ask is the caller's schedule. `renewalInfo` tells the time (`retryAt`), within the limits below.",
    ),
  },
  {
    id: "9773-4.3.2-2",
    section: "4.3.2",
    level: "MUST",
    clause: "The time between two questions has limits, whatever Retry-After says.",
    shown: shownBy(clamp, clampedTime),
  },
  {
    id: "9773-4.3.3-1",
    section: "4.3.3",
    level: "SHOULD",
    clause: "After a temporary error it is asked for again a few times, ever later.",
    shown: doesNotApply(retries),
  },
  {
    id: "9773-4.3.3-2",
    section: "4.3.3",
    level: "MUST",
    clause: "When those are spent, the error counts as a lasting one.",
    shown: doesNotApply(retries),
  },
  {
    id: "9773-4.3.3-3",
    section: "4.3.3",
    level: "MUST",
    clause:
      "After a lasting error it is asked for again after six hours, or another time that is configured.",
    // An answer without a usable Retry-After; for all others `renewalInfoRetryAt(null, now)` is the same time.
    shown: shownBy(clampedTime),
  },
  {
    id: "9773-5-1",
    section: "5",
    level: "SHOULD",
    clause: "An order that renews a certificate names it in `replaces`.",
    shown: shownBy(
      replacementTest("newReplacementOrder > names what it replaces"),
      renewalCase("renewal > names the certificate it replaces, once"),
    ),
  },
  {
    id: "9773-5-2",
    section: "5",
    level: "SHOULD NOT",
    clause: "`replaces` is sent to a CA whose directory has no renewalInfo.",
    shown: shownBy(
      replacementTest("newReplacementOrder > names nothing to a CA without renewal information"),
      renewalCase("renewal > names the certificate it replaces, once"),
    ),
  },
];
