/**
 * What an event adds to the counts that overviews are made of. Counts are kept by hour, so that any number of hours can be
 * looked at together, and by what they are of; see docs/decisions/0035-views.md.
 */
import type { EventDetail } from "../event/event-words.ts";
import type { WorkClass } from "../schedule/work-class.ts";
import { type Duration, hours, type Instant, instant, milliseconds, seconds } from "../time/instant.ts";
import { bucketOf } from "./duration-bucket.ts";

/** The steps of an issuance, in their order, by the event that ends each. */
export const stepOfEvent = {
  "order.created": "order",
  "challenge.published": "challenge",
  "challenge.propagated": "propagation",
  validated: "validation",
  finalized: "finalize",
  "certificate.stored": "download",
  delivered: "delivery",
} as const satisfies Readonly<Record<string, string>>;

export type StepName = (typeof stepOfEvent)[keyof typeof stepOfEvent];

export const stepNames: readonly StepName[] = Object.values(stepOfEvent);

/** `in-time`: served within the objective of being ready. The others are what they say. */
export type Measure = "issued" | "failed" | "in-time" | "time-to-certificate" | `step ${StepName}`;

/** A domain is to be served so soon after it is ready: its names checked, its certificate wanted. */
export const servedObjective: Duration = seconds(60);

/** An event that is counted, with what is known of the issuance that it is a step of. */
export interface EventToTally {
  readonly kind: string;
  readonly at: Instant;
  readonly took: Duration | null;
  readonly detail: EventDetail;
  /** Null: of no issuance that is known. */
  readonly caId: string | null;
  readonly workClass: WorkClass | null;
  /** Of the issuance's certificate; null: there is none, or it was imported. */
  readonly stored: { readonly at: Instant; readonly detail: EventDetail } | null;
}

/** One more of these. */
export interface TallyEntry {
  readonly hour: Instant;
  readonly measure: Measure;
  readonly caId: string | null;
  readonly workClass: WorkClass | null;
  /** Of a failure; null else. */
  readonly code: string | null;
  /** Of a duration; null else. */
  readonly bucket: number | null;
}

/** The beginning of the hour, in UTC. */
export const hourOf = (at: Instant): Instant => instant(Math.floor(at / hours(1)) * hours(1));

/** Empty: it is not counted. */
export function tallyOf(event: EventToTally): readonly TallyEntry[] {
  const { kind, at, detail } = event;
  switch (kind) {
    case "certificate.stored":
      return [
        entryOf(event, "issued", at),
        ...durationOf(event, "time-to-certificate", numberIn(detail, "waitedMs")),
        ...stepEnded(event),
        // Where there are no edges it counts as served when it is stored.
        ...(detail["toEdges"] === true ? [] : servedInTime(event)),
      ];
    case "certificate.served":
      return servedInTime(event);
    case "issuance.failed":
      return [{ ...entryOf(event, "failed", at), code: textIn(detail, "code") ?? "unknown" }];
    default:
      return stepEnded(event);
  }
}

const entryOf = ({ caId, workClass }: EventToTally, measure: Measure, at: Instant): TallyEntry => ({
  hour: hourOf(at),
  measure,
  caId,
  workClass,
  code: null,
  bucket: null,
});

const durationOf = (event: EventToTally, measure: Measure, took: number | null): TallyEntry[] =>
  took === null ? [] : [{ ...entryOf(event, measure, event.at), bucket: bucketOf(milliseconds(took)) }];

const isStep = (kind: string): kind is keyof typeof stepOfEvent => Object.hasOwn(stepOfEvent, kind);

const stepEnded = (event: EventToTally): TallyEntry[] =>
  isStep(event.kind) ? durationOf(event, `step ${stepOfEvent[event.kind]}`, event.took) : [];

/** In the hour in which it was stored: that is where the share's whole is. */
function servedInTime(event: EventToTally): TallyEntry[] {
  const { stored, at } = event;
  const readyAt = stored === null ? null : textIn(stored.detail, "readyAt");
  if (stored === null || readyAt === null || !(at - Date.parse(readyAt) <= servedObjective)) return [];
  return [entryOf(event, "in-time", stored.at)];
}

function numberIn(detail: EventDetail, property: string): number | null {
  const value = detail[property];
  return typeof value === "number" && value >= 0 ? value : null;
}

function textIn(detail: EventDetail, property: string): string | null {
  const value = detail[property];
  return typeof value === "string" ? value : null;
}
