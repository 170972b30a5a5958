import type { Operations } from "@certmill/api";
import type { HeldCertificate, Instant } from "@certmill/domain";
import type { Db } from "../../store/database.ts";
import { type DomainRow, listDeliveries } from "../../store/read/domains.ts";
import { listEarlierSerials } from "../../store/read/earlier-serials.ts";
import { instantText } from "../instant-text.ts";
import type { FollowPath } from "../ports.ts";
import { Refusal } from "../refusal.ts";
import type { Handler } from "../routes.ts";
import { wantedDomain } from "./domains.ts";

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
    const { name, state, certificate_id: current } = row;
    if (state === "removed") throw new Refusal("domain-removed", `${name} was removed.`);
    if (name.startsWith("*."))
      throw new Refusal("name-refused", `${name} has no address of its own: name what it is to cover.`);
    const deliveries = await listDeliveries(db, row.lineage_id);
    const known = {
      name,
      held: await heldBy(db, row),
      told: deliveries.map((told) => ({
        edge: told.edge,
        isCurrent: told.certificate_id === current,
        error: told.error,
      })),
      byDns: row.challenge === "dns-01",
    };
    const steps = await followPath(known, signal);
    const right = !steps.some((step) => step.state === "wrong");
    return { status: 200, body: { name, seenAt: instantText(now()), right, steps: [...steps] } };
  };
}

async function heldBy(
  db: Db,
  { lineage_id, certificate_id, serial }: DomainRow,
): Promise<HeldCertificate | null> {
  if (certificate_id === null || serial === null) return null;
  const earlier = await listEarlierSerials(db, { lineageId: lineage_id, currentId: certificate_id });
  return { serial, earlier };
}
