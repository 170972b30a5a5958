/** What a round sends, sorted into lanes: in a lane one after another, the lanes side by side. */
import { type EventKind, eventKinds, type Instant } from "@certmill/domain";
import { type FeedEvent, isBefore } from "../store/read/webhook-feed.ts";
import type { ClaimedWebhook, HeldBack } from "../store/webhook-rounds.ts";

/** A domain's next events. */
export interface Lane {
  readonly lineageId: string | null;
  readonly events: FeedEvent[];
  /** What was held back before; null: its events come from the batch. */
  readonly held: HeldBack | null;
}

/** A part of the feed, sorted. */
export interface Batch {
  /** In the order of their first events. */
  readonly lanes: readonly Lane[];
  /** Domains that wait behind others that are held back, as they share a name with them. */
  readonly behind: readonly { readonly event: FeedEvent; readonly held: HeldBack }[];
  /** What passed by, in the order of the feed; each is sent, or not for this webhook, or held back. */
  readonly passed: readonly FeedEvent[];
}

type Filter = Pick<ClaimedWebhook, "types" | "tenantId">;

/** The message that a webhook is sent of an event; null: none. */
export function messageFor({ types, tenantId }: Filter, event: FeedEvent): string | null {
  if (tenantId !== null && event.tenantId !== tenantId) return null;
  const message = Object.hasOwn(eventKinds, event.kind) ? eventKinds[event.kind as EventKind].message : null;
  return message === null || (types !== null && !types.includes(message)) ? null : message;
}

/** What is held back and due: to be tried again, or to wait on behind an earlier one with a name of its own. */
export function dueHeld(
  held: readonly HeldBack[],
  now: Instant,
): {
  readonly retry: readonly HeldBack[];
  readonly waits: readonly { readonly held: HeldBack; readonly before: HeldBack }[];
} {
  const retry: HeldBack[] = [];
  const waits: { held: HeldBack; before: HeldBack }[] = [];
  for (const one of held) {
    if (one.wakeAt > now) continue;
    const before = held.find(
      (other) => other !== one && isBefore(other.place, one.place) && share(one.names, other.names),
    );
    if (before === undefined) retry.push(one);
    else waits.push({ held: one, before });
  }
  return { retry, waits };
}

const share = (names: readonly string[], others: readonly string[]): boolean =>
  names.some((name) => others.includes(name));

/**
 * Sorts what was scanned. It ends before an event whose names lie in another's lane: a name's messages stay in order when
 * it goes from one certificate to another.
 *
 * @param namesOf the names of a lineage's domains now.
 */
export function sortBatch(
  webhook: Filter & Pick<ClaimedWebhook, "held">,
  scanned: readonly FeedEvent[],
  namesOf: (event: FeedEvent) => readonly string[],
): Batch {
  const lanes = new Map<string | null, Lane>();
  const laneOfName = new Map<string, Lane>();
  const held = new Map(webhook.held.map((one) => [one.lineageId, one]));
  const heldNames = new Map(webhook.held.flatMap((one) => one.names.map((name) => [name, one] as const)));
  const behind: Batch["behind"][number][] = [];
  const passed: FeedEvent[] = [];
  for (const event of scanned) {
    const names = namesOf(event);
    if (messageFor(webhook, event) !== null && !held.has(event.lineageId)) {
      const before = names.map((name) => heldNames.get(name)).find((one) => one !== undefined);
      if (before !== undefined) {
        behind.push({ event, held: before });
        held.set(event.lineageId, before);
        for (const name of names) heldNames.set(name, before);
      } else {
        const lane = lanes.get(event.lineageId) ?? { lineageId: event.lineageId, events: [], held: null };
        if (names.some((name) => (laneOfName.get(name) ?? lane) !== lane)) break;
        for (const name of names) laneOfName.set(name, lane);
        lanes.set(event.lineageId, lane);
        lane.events.push(event);
      }
    }
    passed.push(event);
  }
  return { lanes: [...lanes.values()], behind, passed };
}
