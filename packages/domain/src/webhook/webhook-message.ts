/** The body of a webhook's message (Standard Webhooks: `type`, `timestamp`, `data`). */
import { factsOfEvent, type ToldState, timelineSentence } from "../event/event-kind.ts";
import type { EventDetail } from "../event/event-words.ts";
import { type FailureCode, failures, isFailureCode } from "../failure/failure-code.ts";
import type { Instant } from "../time/instant.ts";

/** An event with what is known of its domain. */
export interface EventToTell {
  readonly at: Instant;
  readonly kind: string;
  readonly detail: EventDetail;
  /** Null: it is about no domain. */
  readonly domain: ToldDomain | null;
  /** Where a webhook stands that has this message and all before it. */
  readonly cursor: string;
}

export interface ToldDomain {
  /** The primary one first. */
  readonly names: readonly string[];
  readonly tenant: string | null;
  /** Whether it is about the RSA certificate of a pair: the domain stands as its other certificate does. */
  readonly ofTwin: boolean;
  /** Whether there was a certificate when it happened. */
  readonly renewal: boolean;
  /** The kind of the last event before it that moved the domain; null: there was none. */
  readonly before: {
    readonly kind: string;
    readonly renewal: boolean;
    /** Whether it stored a certificate that edges are to serve. */
    readonly toEdges: boolean;
  } | null;
  /** The one that it speaks of, or that is held now; null: none. */
  readonly certificate: ToldCertificate | null;
}

export interface ToldCertificate {
  readonly id: string;
  readonly serial: string;
  readonly issuer: string;
  readonly notBefore: Instant;
  readonly notAfter: Instant;
}

export interface WebhookMessage {
  readonly type: string;
  /** When it happened. */
  readonly timestamp: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** @returns null for what webhooks do not tell. */
export function webhookMessage({ at, kind, detail, domain, cursor }: EventToTell): WebhookMessage | null {
  const facts = factsOfEvent(kind);
  if (facts === null || facts.message === null) return null;
  const sentence = timelineSentence(kind, detail, domain?.ofTwin ?? false);
  const common = { event: kind, sentence, detail, cursor };
  const data = domain === null ? common : { ...domainData(kind, detail, domain), ...common };
  return { type: facts.message, timestamp: textOf(at), data };
}

function domainData(kind: string, detail: EventDetail, domain: ToldDomain): Record<string, unknown> {
  const { names, tenant, ofTwin, certificate, before } = domain;
  const state = before === null ? null : stateAfter(before);
  const moved = { kind, renewal: domain.renewal, toEdges: detail["toEdges"] === true };
  return {
    domain: names[0],
    names,
    tenant,
    ofTwin,
    state: ofTwin ? { before: null, after: null } : { before: state, after: stateAfter(moved) ?? state },
    failure: failureOf(detail),
    certificate:
      certificate === null
        ? null
        : {
            ...certificate,
            notBefore: textOf(certificate.notBefore),
            notAfter: textOf(certificate.notAfter),
          },
  };
}

/** A first certificate that edges are to serve makes its domain active only when they do. */
function stateAfter({
  kind,
  renewal,
  toEdges,
}: {
  readonly kind: string;
  readonly renewal: boolean;
  readonly toEdges: boolean;
}): ToldState | null {
  if (toEdges && !renewal) return "delivering";
  const state = factsOfEvent(kind)?.state ?? null;
  return state === null ? null : state[renewal ? 1 : 0];
}

interface ToldFailure {
  readonly code: string;
  readonly party: (typeof failures)[FailureCode]["party"] | null;
  readonly sentence: string | null;
}

function failureOf({ code }: EventDetail): ToldFailure | null {
  if (typeof code !== "string") return null;
  if (!isFailureCode(code)) return { code, party: null, sentence: null };
  const { party, sentence } = failures[code];
  return { code, party, sentence };
}

const textOf = (at: Instant): string => new Date(at).toISOString();
