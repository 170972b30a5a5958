/** What events say that need more than one sentence to choose from: their words, from what is particular to each. */
import { findingSentence } from "../check/catalogue.ts";
import type { Finding } from "../check/finding.ts";
import { failures, isFailureCode } from "../failure/failure-code.ts";
import { unpauseUrl } from "../failure/unpause-url.ts";

/** What is particular to one event, as it is stored. */
export type EventDetail = Readonly<Record<string, unknown>>;

export const text = (detail: EventDetail, property: string): string => {
  const value = detail[property];
  return typeof value === "string" ? value : "";
};

export function failure(detail: EventDetail): string {
  const code = text(detail, "code");
  const sentence = isFailureCode(code) ? failures[code].sentence : code;
  const words = text(detail, "detail");
  return words === "" ? sentence : `${sentence} (${words})`;
}

export function checkFailed(detail: EventDetail): string {
  const findings = detail["findings"];
  const fault = Array.isArray(findings) ? (findings as Finding[])[0] : undefined;
  if (fault === undefined) return "The check of its names failed.";
  return detail["holds"] === false ? findingSentence(fault) : `The order waits: ${findingSentence(fault)}`;
}

export function propagated(detail: EventDetail): string {
  const silent = text(detail, "silent");
  return silent === ""
    ? "All name servers have the proof of control."
    : `All name servers that answer have the proof of control. ${silent}`;
}

export function namesIn(detail: EventDetail): string {
  const names = detail["names"];
  return Array.isArray(names) ? names.join(", ") : "";
}

export function keyRetrieved(detail: EventDetail): string {
  const token = text(detail, "token");
  const person = text(detail, "person");
  if (person !== "") return `The private key was handed out to ${person}.`;
  const how = token === "" ? "with the edge's own key" : `with the token "${token}"`;
  return `The private key was handed out to ${text(detail, "edge") || "a person"} ${how}.`;
}

export function retried(detail: EventDetail): string {
  const person = text(detail, "person");
  const how = person === "" ? `with the token "${text(detail, "token")}"` : `by ${person}`;
  return `A certificate was asked for at once, ${how}.`;
}

export const packSplit = (detail: EventDetail): string =>
  `Names that shared a certificate go on without those that failed: ${namesIn(detail)}.`;

/** By whom something was asked for; null: nobody is told. */
export function byWhom(detail: EventDetail): string | null {
  const [person, token] = [text(detail, "person"), text(detail, "token")];
  if (person !== "") return `by ${person}`;
  return token === "" ? null : `with the token "${token}"`;
}

export function paused(detail: EventDetail): string {
  const by = byWhom(detail);
  return by === null
    ? pausedByCa(detail)
    : `The domain was paused ${by}: nothing is ordered for it until it is resumed.`;
}

function pausedByCa(detail: EventDetail): string {
  const url = unpauseUrl(text(detail, "detail"));
  return `The certificate authority takes no order for it until it is unpaused${url === null ? "" : ` at ${url}`}.`;
}

/** What of a domain was changed, as `domain.changed` tells it. */
export function changed(detail: EventDetail): string {
  const list = (property: string): string => {
    const names = detail[property];
    return Array.isArray(names) && names.length > 0 ? names.join(", ") : "";
  };
  const setting = (property: string, word: string, none: string): string =>
    property in detail ? `${word}: ${text(detail, property) || none}` : "";
  const [added, removed] = [list("added"), list("removed")];
  const parts = [
    added === "" ? "" : `added: ${added}`,
    removed === "" ? "" : `taken off: ${removed}`,
    setting("ca", "CA", "any of the pool"),
    setting("profile", "profile", "the CA's"),
    setting("challenge", "challenge", "as is best"),
  ].filter((part) => part !== "");
  return `The domain was changed ${byWhom(detail) ?? "by somebody"}: ${parts.join("; ")}.`;
}

export function renewalMoved(detail: EventDetail): string {
  const why = text(detail, "explanationUrl");
  const what =
    detail["urgent"] === true
      ? "The certificate authority asks for this certificate to be renewed at once"
      : `The certificate authority has moved the renewal to between ${text(detail, "start")} and ${text(detail, "end")}`;
  return why === "" ? `${what}.` : `${what}: ${why}`;
}

/** What may be missing is told as none: an older program may have written it. */
export function weeklyReport(detail: EventDetail): string {
  const count = (part: string, property: string): number => {
    const counts = detail[part];
    return Number((counts as Partial<Record<string, unknown>> | null | undefined)?.[property] ?? 0);
  };
  const changes = (property: string): number => count("changes", property);
  return `Domains that fail: ${count("failing", "domains")}. Certificates in the week: ${changes("failing")} began to fail, ${changes("healed")} healed, ${changes("given-up")} given up, ${changes("paused")} paused by their CA, ${changes("moved")} moved away.`;
}
