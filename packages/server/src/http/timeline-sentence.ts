import { type Finding, failures, findingSentence, isFailureCode } from "@certmill/domain";

type Detail = Readonly<Record<string, unknown>>;

const text = (detail: Detail, property: string): string => {
  const value = detail[property];
  return typeof value === "string" ? value : "";
};

function failure(detail: Detail): string {
  const code = text(detail, "code");
  const sentence = isFailureCode(code) ? failures[code].sentence : code;
  const words = text(detail, "detail");
  return words === "" ? sentence : `${sentence} (${words})`;
}

const sentences: Readonly<Record<string, (detail: Detail) => string>> = {
  "domain.added": () => "The domain was added.",
  "domain.retried": (detail) =>
    `A certificate was asked for at once, with the token "${text(detail, "token")}".`,
  "domain.removed": () => "The domain was removed.",
  "check.failed": (detail) => {
    const findings = detail["findings"];
    const fault = Array.isArray(findings) ? (findings as Finding[])[0] : undefined;
    return fault === undefined
      ? "The check of its names failed."
      : `The order waits: ${findingSentence(fault)}`;
  },
  "check.passed": () => "The check of its names is passed; the certificate is ordered.",
  "issuance.started": () => "A certificate is being obtained.",
  "pack.split": (detail) => {
    const names = detail["names"];
    return `Names that shared a certificate go on without those that failed: ${Array.isArray(names) ? names.join(", ") : ""}.`;
  },
  "issuance.taken-back": () => "The campaign was paused or cancelled before the order was made.",
  "renewal.moved": (detail) => {
    const why = text(detail, "explanationUrl");
    const what =
      detail["urgent"] === true
        ? "The certificate authority asks for this certificate to be renewed at once"
        : `The certificate authority has moved the renewal to between ${text(detail, "start")} and ${text(detail, "end")}`;
    return why === "" ? `${what}.` : `${what}: ${why}`;
  },
  "order.created": () => "The certificate authority has the order.",
  "challenge.published": () => "The proof of control is published.",
  validated: () => "The certificate authority has validated the names.",
  finalized: () => "The certificate authority has issued the certificate.",
  "certificate.stored": () => "The certificate is stored and on its way to the edges.",
  "issuance.delayed": (detail) => `It takes longer: ${failure(detail)}`,
  "issuance.failed": (detail) => `The attempt failed: ${failure(detail)}`,
  delivered: (detail) => `The edge ${text(detail, "edge")} serves the certificate.`,
  "delivery.failed": (detail) =>
    `The edge ${text(detail, "edge")} could not take the certificate: ${text(detail, "error")}`,
  "key.retrieved": (detail) =>
    `The private key was handed out to ${text(detail, "edge") || "a person"} with the token "${text(detail, "token")}".`,
};

/** An event for a person to read; its kind where we have no words for it. */
export function timelineSentence(kind: string, detail: Detail): string {
  return sentences[kind]?.(detail) ?? kind;
}
