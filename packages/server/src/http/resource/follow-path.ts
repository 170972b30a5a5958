import type { Operations } from "@certmill/api";
import type { HeldCertificate, Instant, PathStep } from "@certmill/domain";
import type { Db } from "../../store/database.ts";
import { type DomainRow, listDeliveries } from "../../store/read/domains.ts";
import { listEarlierSerials } from "../../store/read/earlier-serials.ts";
import { findTwin } from "../../store/read/twin.ts";
import type { FollowPath } from "../ports.ts";
import { instantText } from "../present/instant-text.ts";
import { Refusal } from "../refusal.ts";
import type { Handler } from "../routes.ts";
import { wantedDomain } from "../wanted/wanted-domain.ts";

interface Tools {
  readonly db: Db;
  readonly now: () => Instant;
  /** Null: names are not checked. */
  readonly followPath: FollowPath | null;
}

export function followPathHandler({ db, now, followPath }: Tools): Handler<Operations["followPath"]> {
  return async ({ params, caller, signal }) => {
    if (followPath === null) throw new Refusal("checks-off", "This server checks no names.");
    const row = await wantedDomain(db, params.name, caller);
    const { name, state } = row;
    if (state === "removed") throw new Refusal("domain-removed", `${name} was removed.`);
    if (name.startsWith("*."))
      throw new Refusal("name-refused", `${name} has no address of its own: name what it is to cover.`);
    const steps = await pathOf(row, { db, followPath, signal });
    const right = !steps.some((step) => step.state === "wrong");
    return { status: 200, body: { name, seenAt: instantText(now()), right, steps: [...steps] } };
  };
}

interface Follower {
  readonly db: Db;
  readonly followPath: FollowPath;
  readonly signal: AbortSignal;
}

/** The path of a domain's name now, with what is known of who serves it. */
export async function pathOf(
  row: DomainRow,
  { db, followPath, signal }: Follower,
): Promise<readonly PathStep[]> {
  const { name, certificate_id: current } = row;
  const deliveries = await listDeliveries(db, row.lineage_id);
  const twinRow = await findTwin(db, row.lineage_id);
  const told = deliveries.map(({ edge, certificate_id, error, of_twin: ofTwin }) => ({
    edge,
    ofTwin,
    isCurrent: certificate_id === (ofTwin ? twinRow?.certificate_id : current),
    error,
  }));
  const held = await heldBy(db, row.lineage_id, row);
  const twin = twinRow === null ? null : await heldBy(db, twinRow.id, twinRow);
  const byDns = row.challenge === "dns-01";
  return followPath({ name, held, twin: twin ?? (row.is_paired ? "lacking" : null), told, byDns }, signal);
}

async function heldBy(
  db: Db,
  lineageId: string,
  { certificate_id, serial }: Pick<DomainRow, "certificate_id" | "serial">,
): Promise<HeldCertificate | null> {
  if (certificate_id === null || serial === null) return null;
  return { serial, earlier: await listEarlierSerials(db, { lineageId, currentId: certificate_id }) };
}
