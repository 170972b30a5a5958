import type { Operations } from "@certmill/api";
import type { Instant, LifePolicy } from "@certmill/domain";
import type { Db } from "../../store/database.ts";
import { demandLineage } from "../../store/write/demand-lineage.ts";
import { knownEdge } from "../caller/known-edge.ts";
import { presentServed } from "../present/present-served.ts";
import type { Handler } from "../routes.ts";

interface Tools {
  readonly db: Db;
  readonly now: () => Instant;
  readonly life: LifePolicy;
}

export function demandCertificateHandler({
  db,
  now,
  life: { demandsPerDomain },
}: Tools): Handler<Operations["demandCertificate"]> {
  return async ({ body, caller }) => {
    await knownEdge(db, caller, { name: body.edge, now: now() });
    const { edgeGroupId } = caller;
    const name = body.name.toLowerCase();
    const outcome = await demandLineage(db, { name, edgeGroupId, perDomain: demandsPerDomain, now: now() });
    return outcome.kind === "served"
      ? { status: 200, body: { kind: "served", certificate: presentServed(outcome.served) } }
      : { status: 200, body: { ...outcome, certificate: null } };
  };
}
