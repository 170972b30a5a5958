/** What goes over a stream, as bytes: made once for all that see the same. */
import type { LiveEvent, Operations, Overview, StreamEventOf } from "@certmill/api";
import { eventSentence, isStepKind } from "@certmill/domain";
import type { LiveEventRow } from "../../store/read/live-feed.ts";
import { encodePosition } from "../cursor.ts";
import { instantText } from "../present/instant-text.ts";

type Message = StreamEventOf<Operations["followLive"]>;

/** Which events a stream shows. */
export interface LiveView {
  /** Only those of this tenant's domains; null: all. */
  readonly tenantId: string | null;
  /** Only those of this domain, and its small steps, too; null: of all domains, without these. */
  readonly lineageId: string | null;
}

export class LiveMessages {
  static readonly heartbeat = Buffer.from(":\n\n");

  readonly #installation: string;
  readonly #made = new Map<string, Buffer | null>();

  constructor(installation: string) {
    this.#installation = installation;
  }

  /** So that a proxy passes on the head of the answer at once, and a browser comes back soon. */
  welcome(): Buffer {
    return Buffer.from("retry: 1000\n\n");
  }

  /** @returns null: there is nothing that the view shows. The same events each time. */
  events(rows: readonly LiveEventRow[], view: LiveView): Buffer | null {
    const key = `${view.tenantId ?? ""} ${view.lineageId ?? ""}`;
    const made = this.#made.get(key);
    if (made !== undefined) return made;
    const message = this.#makeEvents(rows, view);
    this.#made.set(key, message);
    return message;
  }

  #makeEvents(rows: readonly LiveEventRow[], view: LiveView): Buffer | null {
    const shown = rows.filter((row) => isShown(row, view));
    const last = rows.at(-1);
    if (shown.length === 0 || last === undefined) return null;
    const { xact, id } = last;
    const place = encodePosition("live", { installation: this.#installation, xact, id });
    return messageOf("events", { events: shown.map(present) }, place);
  }

  reset(reason: (Message & { event: "reset" })["data"]["reason"]): Buffer {
    return messageOf("reset", { reason });
  }
}

export type EndReason = (Message & { event: "end" })["data"]["reason"];

export const endMessage = (reason: EndReason): Buffer => messageOf("end", { reason });

export const overviewMessage = (parts: Partial<Overview>): Buffer => messageOf("overview", parts);

function messageOf<Name extends Message["event"]>(
  event: Name,
  data: (Message & { event: Name })["data"],
  id: string | null = null,
): Buffer {
  // JSON has no line ends outside of its strings, and none inside that are not escaped.
  const place = id === null ? "" : `id: ${id}\n`;
  return Buffer.from(`${place}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
}

function isShown({ tenant_id, lineage_id, kind }: LiveEventRow, { tenantId, lineageId }: LiveView): boolean {
  if (tenantId !== null && tenant_id !== tenantId) return false;
  return lineageId === null ? !isStepKind(kind) : lineage_id === lineageId;
}

const present = ({ at, kind, detail, domain, tenant, duration_ms }: LiveEventRow): LiveEvent => ({
  at: instantText(at),
  kind,
  sentence: eventSentence(kind, detail),
  domain,
  tenant,
  durationMs: duration_ms === null ? null : Number(duration_ms),
});
