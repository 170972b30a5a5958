/**
 * Every kind of event, in one table: what it says, whether webhooks tell it, and where it leaves its domain. A kind is
 * stable: clients branch on it, never on the sentences.
 */
import type { LifeState } from "../life/life-state.ts";
import {
  byWhom,
  changed,
  checkFailed,
  type EventDetail,
  failure,
  keyRetrieved,
  namesIn,
  packSplit,
  paused,
  propagated,
  renewalMoved,
  retried,
  text,
  weeklyReport,
} from "./event-words.ts";

export interface EventKindFacts {
  /** The event for a person to read. */
  readonly sentence: (detail: EventDetail) => string;
  /** The type of the message that webhooks send of it; null: it is a step on the way, which they do not tell. */
  readonly message: string | null;
  /** Where it leaves the domain, without a certificate and with one; null: where it was. */
  readonly state: readonly [first: ToldState, renewal: ToldState] | null;
}

export type ToldState = LifeState | "delivering";

/** Told, and leaves the domain where it was. */
const told = (message: string, sentence: EventKindFacts["sentence"]): EventKindFacts => ({
  sentence,
  message,
  state: null,
});

/** Told in the timeline only. */
const step = (sentence: EventKindFacts["sentence"]): EventKindFacts => ({
  sentence,
  message: null,
  state: null,
});

export const eventKinds = {
  "domain.added": {
    sentence: () => "The domain was added.",
    message: "domain.added",
    state: ["waiting", "waiting"],
  },
  "domain.changed": told("domain.changed", changed),
  "domain.retried": step(retried),
  "domain.demanded": step(
    (detail) => `A handshake for ${text(detail, "name")} came: its first certificate is asked for at once.`,
  ),
  "domain.paused": {
    sentence: paused,
    message: "domain.paused",
    state: ["paused", "paused"],
  },
  "domain.resumed": {
    sentence: (detail) =>
      `The domain was resumed ${byWhom(detail) ?? "by somebody"}: its certificates are ordered as before.`,
    message: "domain.resumed",
    state: ["waiting", "active"],
  },
  "domain.given-up": {
    sentence: (detail) => `No further try is made by itself: ${failure(detail)}`,
    message: "domain.given-up",
    state: ["failed", "failed"],
  },
  "domain.moved": {
    sentence: () => "Its names lead elsewhere: it is not renewed until they come back.",
    message: "domain.moved",
    state: ["moved", "moved"],
  },
  "domain.returned": {
    sentence: () => "Its names lead here again: it is renewed as before.",
    message: "domain.returned",
    state: ["active", "active"],
  },
  "domain.removed": {
    sentence: (detail) =>
      detail["reason"] === "moved"
        ? "The domain was removed: its names have led elsewhere for long."
        : "The domain was removed.",
    message: "domain.removed",
    state: ["removed", "removed"],
  },
  "check.failed": told("check.failed", checkFailed),
  "check.passed": told("check.passed", (detail) =>
    detail["holds"] === false
      ? "The check of its names is passed."
      : "The check of its names is passed; the certificate is ordered.",
  ),
  "issuance.started": {
    sentence: () => "A certificate is being obtained.",
    message: "issuance.started",
    state: ["issuing", "active"],
  },
  "pack.split": told("domain.split", packSplit),
  "issuance.taken-back": {
    sentence: (detail) =>
      detail["reason"] === "changed"
        ? "The domain was changed before the order was made."
        : "The campaign was paused or cancelled before the order was made.",
    message: "issuance.taken-back",
    state: ["waiting", "active"],
  },
  "names.left-out": {
    sentence: (detail) =>
      `The certificate goes on without names that fail, until they are right: ${namesIn(detail)}.`,
    message: "names.left-out",
    state: ["waiting", "active"],
  },
  "names.added-back": told(
    "names.added-back",
    (detail) => `Names that were left out until they are right are on the certificate: ${namesIn(detail)}.`,
  ),
  "pair.begun": told(
    "pair.begun",
    () => "A certificate with an RSA key is wanted beside the one with a P-256 key.",
  ),
  "pair.given-up": told("pair.given-up", (detail) => `No further try is made by itself: ${failure(detail)}`),
  "pair.ended": told(
    "pair.ended",
    () => "The certificate with an RSA key is renewed no more, and edges drop it.",
  ),
  "renewal.moved": told("renewal.moved", renewalMoved),
  "order.created": step(() => "The certificate authority has the order."),
  "challenge.published": step(() => "The proof of control is published."),
  "challenge.propagated": step(propagated),
  validated: step(() => "The certificate authority has validated the names."),
  finalized: step(() => "The certificate authority has issued the certificate."),
  "certificate.stored": {
    sentence: () => "The certificate is stored and on its way to the edges.",
    message: "certificate.issued",
    state: ["active", "active"],
  },
  "certificate.imported": {
    sentence: (detail) =>
      text(detail, "from") === ""
        ? "The certificate was imported, and is on its way to the edges."
        : `The certificate was found in Vault (${text(detail, "from")}), and is on its way to the edges.`,
    message: "certificate.imported",
    state: ["active", "active"],
  },
  "issuance.delayed": step((detail) => `It takes longer: ${failure(detail)}`),
  "issuance.failed": {
    sentence: (detail) => `The attempt failed: ${failure(detail)}`,
    message: "issuance.failed",
    state: ["waiting", "failing"],
  },
  "certificate.expiring": told(
    "certificate.expiring",
    (detail) =>
      `The certificate ends at ${text(detail, "notAfter")} and has no successor${text(detail, "code") === "" ? "." : `: ${failure(detail)}`}`,
  ),
  delivered: told(
    "certificate.delivered",
    (detail) => `The edge ${text(detail, "edge")} serves the certificate.`,
  ),
  "delivery.failed": told(
    "delivery.failed",
    (detail) => `The edge ${text(detail, "edge")} could not take the certificate: ${text(detail, "error")}`,
  ),
  "certificate.served": {
    sentence: () => "The edges serve the certificate.",
    message: "certificate.served",
    state: ["active", "active"],
  },
  "edge.joined": told(
    "edge.joined",
    (detail) => `The edge ${text(detail, "edge")} has joined the group ${text(detail, "edgeGroup")}.`,
  ),
  "edge.removed": told(
    "edge.removed",
    (detail) => `The edge ${text(detail, "edge")} of the group ${text(detail, "edgeGroup")} was removed.`,
  ),
  "key.retrieved": step(keyRetrieved),
  "key.refused": told(
    "key.refused",
    (detail) =>
      `The private key is held for compromised: no certificate is made for it any more, and all that have it are replaced (replacement ${text(detail, "replacement")}).`,
  ),
  "key.destroyed": step((detail) =>
    Array.isArray(detail["serials"])
      ? `The private key of the certificate ${detail["serials"].join(", ")} was destroyed, as nothing used it any more.`
      : "The private key of an order without a certificate was destroyed.",
  ),
  "certificate.revoked": told(
    "certificate.revoked",
    (detail) => `The certificate ${text(detail, "serial")} is revoked (${text(detail, "reason")}).`,
  ),
  "certificate.revocation-failed": told(
    "certificate.revocation-failed",
    (detail) =>
      `The certificate authority does not revoke the certificate ${text(detail, "serial")}: ${text(detail, "detail")}`,
  ),
  "replacement.due": told(
    "replacement.due",
    (detail) =>
      `The certificate is replaced before its time, with many others (replacement ${text(detail, "replacement")}).`,
  ),
  "replacement.started": told("replacement.started", () => "A mass replacement was started."),
  "replacement.paused": told("replacement.paused", () => "A mass replacement is paused."),
  "replacement.resumed": told("replacement.resumed", () => "A mass replacement goes on."),
  "replacement.cancelled": told("replacement.cancelled", () => "A mass replacement was cancelled."),
  "replacement.done": told("replacement.done", () => "A mass replacement is done."),
  "campaign.started": told("campaign.started", () => "A campaign was started."),
  "campaign.paused": told("campaign.paused", (detail) => `A campaign is paused: ${text(detail, "reason")}`),
  "campaign.resumed": told("campaign.resumed", () => "A campaign goes on."),
  "campaign.cancelled": told("campaign.cancelled", () => "A campaign was cancelled."),
  "campaign.done": told("campaign.done", () => "A campaign is done."),
  "report.weekly": told("report.weekly", weeklyReport),
  "budget.corrected": step(
    (detail) =>
      `The CA ${text(detail, "ca")} refused for its limit ${text(detail, "limit")}; what is left of it was corrected.`,
  ),
  "ca.slowed": told("ca.slowed", (detail) => `The CA ${text(detail, "ca")} asks for patience.`),
  "vault.refused": told(
    "vault.refused",
    (detail) =>
      `What lies at ${text(detail, "place")} in Vault is not taken, and a certificate is ordered: ${text(detail, "reason")}`,
  ),
  "vault.away": told(
    "vault.away",
    (detail) =>
      `Vault does not answer, and certificates are ordered without a look into it: ${text(detail, "reason")}`,
  ),
  "vault.back": told("vault.back", () => "Vault answers again: what lies there is taken over."),
  "webhook.gave-up": step(
    (detail) =>
      `The webhook ${text(detail, "webhook")} has not taken what happened (${text(detail, "type")}) for days; it was told no more.`,
  ),
  "webhook.disabled": told(
    "webhook.disabled",
    (detail) => `The webhook ${text(detail, "webhook")} is sent no more: ${text(detail, "reason")}`,
  ),
} as const satisfies Record<string, EventKindFacts>;

export type EventKind = keyof typeof eventKinds;

/** The steps of an issuance on its way: most of all events, and of interest to who looks at one domain. */
const stepKinds: readonly string[] = [
  "order.created",
  "challenge.published",
  "challenge.propagated",
  "validated",
  "finalized",
  "issuance.delayed",
] satisfies readonly EventKind[];

export const isStepKind = (kind: string): boolean => stepKinds.includes(kind);

const isEventKind = (kind: string): kind is EventKind => Object.hasOwn(eventKinds, kind);

/** Null for a kind that this program does not know, as a newer one may have written. */
export const factsOfEvent = (kind: string): EventKindFacts | null =>
  isEventKind(kind) ? eventKinds[kind] : null;

/** An event for a person to read; its kind where we have no words for it. */
export const eventSentence = (kind: string, detail: EventDetail): string =>
  factsOfEvent(kind)?.sentence(detail) ?? kind;

/** The same in the timeline of a domain; what is about its twin says so. */
export const timelineSentence = (kind: string, detail: EventDetail, ofTwin: boolean): string =>
  ofTwin ? `RSA: ${eventSentence(kind, detail)}` : eventSentence(kind, detail);

/** Those that move a domain. */
export const movingKinds: readonly EventKind[] = (Object.keys(eventKinds) as EventKind[]).filter(
  (kind) => eventKinds[kind].state !== null,
);

/** The types that webhooks may ask for. */
export const messageTypes: readonly string[] = [
  ...new Set(Object.values(eventKinds).flatMap(({ message }) => (message === null ? [] : [message]))),
];
