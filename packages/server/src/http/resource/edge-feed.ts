/** The feed that agents follow by long polls: thousands of them, of which those of one group want the same. */

import { setTimeout } from "node:timers/promises";
import type { EdgeChange, Operations, OutputOf } from "@certmill/api";
import { type Instant, seconds } from "@certmill/domain";
import type { Db } from "../../store/database.ts";
import { type ChangedLineage, type FeedPart, readEdgeFeed } from "../../store/read/edge-feed.ts";
import type { FeedPosition } from "../../store/read/feed-position.ts";
import type { Wakeups } from "../../store/wakeups.ts";
import { knownEdge } from "../caller/known-edge.ts";
import { decodePosition, encodePosition, feedOf, unknownCursor } from "../cursor.ts";
import { instantText } from "../present/instant-text.ts";
import type { Handler } from "../routes.ts";
import { nextBeat } from "../shared/beat.ts";
import { longPoll } from "../shared/long-poll.ts";
import { SharedReads } from "../shared/shared-reads.ts";

export interface EdgeFeedTools {
  readonly db: Db;
  readonly now: () => Instant;
  readonly wakeups: Wakeups;
}

const mostChanges = 1_000;

/** Of polls that nothing comes for. Thousands of them are open, so they look seldom unless they are told to. */
const pace = seconds(10);

/** Milliseconds between two reads of the same: agents that were told together ask again together, within some dozens of these. */
const spacing = 20;

export function edgeFeedHandler({ db, now, wakeups }: EdgeFeedTools): Handler<Operations["edgeFeed"]> {
  const reads = new SharedReads<Told>(spacing);
  let open = 0;

  return async ({ query, caller, signal }) => {
    await knownEdge(db, caller, { name: query.edge, now: now() });
    const { edgeGroupId } = caller;
    const { twins = false } = query;
    const after = positionOf(query.after, twins);
    const key = `${edgeGroupId} ${twins} ${after.xact} ${after.id} ${after.installation}`;
    const look = (): Promise<Told> =>
      reads.read(key, async () =>
        tell(await readEdgeFeed(db, { edgeGroupId, twins, after, limit: mostChanges }), twins),
      );
    const wait = seconds(query.wait ?? 0);
    open += 1;
    try {
      const tellAt = wait === 0 ? 0 : nextBeat({ edgeGroupId, open, now: performance.now() });
      let told = await longPoll(
        { wakeups, now, awaited: { channel: "certmill_feed", about: edgeGroupId }, wait, pace, signal },
        look,
        ({ kind }) => kind !== "nothing",
      );
      const early = tellAt - performance.now();
      if (told.kind === "all" && early > 0) {
        await setTimeout(early, null, { signal }).catch(() => {});
        told = await look();
      }
      if (told.kind === "unknown-position") throw unknownCursor();
      return { status: 200, body: told.body };
    } finally {
      open -= 1;
    }
  };
}

/** A part of the feed as it is told to all who stand at the same place. */
type Told =
  | {
      /** `some`: there may be more, because of the limit. */
      readonly kind: "nothing" | "some" | "all";
      readonly body: OutputOf<Operations["edgeFeed"]>;
    }
  | { readonly kind: "unknown-position" };

function tell(part: FeedPart, twins: boolean): Told {
  if (part.kind === "unknown-position") return part;
  const { changes, end, isCut } = part;
  const body = { changes: changes.flatMap(presentChange), cursor: encodePosition(feedOf(twins), end) };
  if (changes.length === 0) return { kind: "nothing", body };
  return { kind: isCut ? "some" : "all", body };
}

function positionOf(cursor: string, twins: boolean): FeedPosition {
  const position = decodePosition(feedOf(twins), cursor);
  if (position === null) throw new Error("A cursor that is there decodes or is refused.");
  return position;
}

/** The newest state of a lineage; nothing for one that has no certificate yet. */
function presentChange({
  lineage_id,
  names,
  twin_of: twinOf,
  state,
  ...certificate
}: ChangedLineage): EdgeChange[] {
  const { certificate_id: certificateId, serial, not_after: notAfter } = certificate;
  const named = { lineageId: lineage_id, names };
  if (state === "removed") return [{ kind: "remove", ...named, certificateId: null, twinOf }];
  if (certificateId === null || serial === null || notAfter === null) return [];
  return [{ kind: "put", ...named, certificateId, serial, notAfter: instantText(notAfter), twinOf }];
}
