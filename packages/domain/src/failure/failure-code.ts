/**
 * Every way an issuance can fail, in one table: what happens next, what the customer reads, and what the
 * operator does (docs/operate/<code>.md). A code is stable: clients branch on it, never on the sentences.
 */

/**
 * - `wait`: the same order goes on after a pause; the issuance is not lost.
 * - `retry`: this issuance ends; the lineage tries again by itself. Also where a person must act first, when
 *   that act is not about this one domain: all that an account's trouble hit heal once it is settled.
 * - `end`: nothing but a person's act for this very domain can help; the lineage rests until then.
 */
export type Recovery = "wait" | "retry" | "end";

/** Whose doing it is, which decides how soon another try makes sense. */
export type Party = "customer" | "ca" | "operator";

export interface Failure {
  readonly recovery: Recovery;
  readonly party: Party;
  /** One sentence for the customer: what is wrong and what to change. */
  readonly sentence: string;
}

export const failures = {
  dns: {
    recovery: "retry",
    party: "customer",
    sentence: "The certificate authority could not look the name up: check that it has an A or AAAA record.",
  },
  connection: {
    recovery: "retry",
    party: "customer",
    sentence:
      "The certificate authority could not connect to port 80 of the name's address: point its A and AAAA records to this platform.",
  },
  tls: {
    recovery: "retry",
    party: "customer",
    sentence: "The name redirects to a host whose TLS does not answer: remove that redirect.",
  },
  "wrong-response": {
    recovery: "retry",
    party: "customer",
    sentence:
      "Another server answers for the name: point its A and AAAA records to this platform, and remove records that lead elsewhere.",
  },
  caa: {
    recovery: "retry",
    party: "customer",
    sentence:
      "The name's CAA record does not allow this certificate authority: add it there, or remove the record.",
  },
  "name-rejected": {
    recovery: "end",
    party: "customer",
    sentence: "The certificate authority does not issue for this name.",
  },
  "name-paused": {
    recovery: "end",
    party: "operator",
    sentence:
      "The certificate authority has paused this name after many failures: it must be unpaused by the operator.",
  },
  "no-ca": {
    recovery: "end",
    party: "operator",
    sentence:
      "No certificate authority of the platform may issue for this name: the operator has to name one.",
  },
  "dns-delegation-missing": {
    recovery: "retry",
    party: "customer",
    sentence:
      "The name's DNS has no CNAME record that hands its proof to this platform: add the record that is shown for the name.",
  },
  "dns-not-propagated": {
    recovery: "retry",
    party: "operator",
    sentence:
      "The proof was written into the DNS and does not appear at all of its name servers; it will be tried again.",
  },
  "dns-publish": {
    recovery: "wait",
    party: "operator",
    sentence: "The proof could not be written into the DNS; it is tried again in a moment.",
  },
  "validation-timeout": {
    recovery: "retry",
    party: "ca",
    sentence: "The certificate authority did not finish its validation in time; it will be tried again.",
  },
  "challenge-not-offered": {
    recovery: "end",
    party: "operator",
    sentence:
      "The certificate authority offers no proof of control that the platform can give for this name.",
  },
  "rate-limited": {
    recovery: "retry",
    party: "ca",
    sentence:
      "A limit of the certificate authority is reached; it will be tried again when the limit allows.",
  },
  "ca-busy": {
    recovery: "wait",
    party: "ca",
    sentence: "The certificate authority is busy; the order goes on in a moment.",
  },
  "request-pace": {
    recovery: "wait",
    party: "ca",
    sentence:
      "The certificate authority takes only so many requests at a time; the order goes on in a moment.",
  },
  "ca-unreachable": {
    recovery: "wait",
    party: "ca",
    sentence: "The certificate authority could not be reached; the order goes on as soon as it can.",
  },
  "ca-error": {
    recovery: "wait",
    party: "ca",
    sentence: "The certificate authority had an error of its own; the order goes on in a moment.",
  },
  "ca-slow": {
    recovery: "retry",
    party: "ca",
    sentence: "The certificate authority did not issue the certificate in time; it will be tried again.",
  },
  "order-not-ready": {
    recovery: "wait",
    party: "ca",
    sentence: "The certificate authority was not ready to finalize; the order goes on in a moment.",
  },
  "order-gone": {
    recovery: "retry",
    party: "ca",
    sentence: "The order expired at the certificate authority; a new one is made.",
  },
  "order-invalid": {
    recovery: "retry",
    party: "ca",
    sentence: "The certificate authority ended the order without a reason; a new one is made.",
  },
  "order-not-ours": {
    recovery: "retry",
    party: "ca",
    sentence:
      "The certificate authority handed back an order that was finalized with another key; a new one is made.",
  },
  "names-differ": {
    recovery: "retry",
    party: "ca",
    sentence: "The certificate authority changed the names that were asked for; its answer was not used.",
  },
  "certificate-unusable": {
    recovery: "retry",
    party: "ca",
    sentence: "What the certificate authority delivered is not a certificate for our key; it was not used.",
  },
  "key-refused": {
    recovery: "retry",
    party: "operator",
    sentence:
      "The certificate authority does not take the private key that the certificate was to have; it is tried with a new one.",
  },
  "request-refused": {
    recovery: "retry",
    party: "operator",
    sentence:
      "The certificate authority refused the request: the operator has to read its answer and remove the cause.",
  },
  "account-unusable": {
    recovery: "retry",
    party: "operator",
    sentence:
      "The platform's account at the certificate authority cannot be used: the operator has to settle this with the certificate authority.",
  },
  "user-action-required": {
    recovery: "retry",
    party: "operator",
    sentence: "The certificate authority asks the operator to act first, for example to agree to new terms.",
  },
  "internal-error": {
    recovery: "retry",
    party: "operator",
    sentence: "Something went wrong on this platform's side, not on yours; it will be tried again.",
  },
} as const satisfies Record<string, Failure>;

export type FailureCode = keyof typeof failures;

export const failureCodes = Object.keys(failures) as readonly FailureCode[];

export const isFailureCode = (text: string): text is FailureCode => Object.hasOwn(failures, text);
