import type { Operations } from "@certmill/api";
import type { Db } from "../../store/database.ts";
import { type Caller, tenantIdOf } from "../caller/caller.ts";
import { decodePosition } from "../cursor.ts";
import type { LiveReader } from "../live/live-reader.ts";
import { LiveStream } from "../live/live-stream.ts";
import type { Handler } from "../routes.ts";
import { wantedDomain } from "../wanted/wanted-domain.ts";

export function followLiveHandler({
  db,
  live,
}: {
  readonly db: Db;
  readonly live: LiveReader;
}): Handler<Operations["followLive"]> {
  return async ({ query, caller, signal, lastEventId }) => {
    // A browser that comes again by itself says where it was in a header, and the address is still that of the first time.
    const after = decodePosition("live", lastEventId ?? query.after);
    const tenantId = tenantIdOf(caller);
    const { domain, overview = true } = query;
    const lineageId = domain === undefined ? null : await lineageOf(db, domain, caller);
    const stream = new LiveStream({
      view: { tenantId, lineageId },
      wantsOverview: overview && tenantId === null,
      holder: caller.holder,
    });
    signal.addEventListener("abort", () => stream.end("closing"), { once: true });
    await live.feed(stream, after);
    return { status: 200, body: stream.body, headers: { "cache-control": "no-store" } };
  };
}

const lineageOf = async (db: Db, domain: string, caller: Caller): Promise<string> =>
  (await wantedDomain(db, domain, caller)).lineage_id;
