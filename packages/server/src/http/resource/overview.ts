import type { Operations, Overview } from "@certmill/api";
import type { Instant } from "@certmill/domain";
import type { Db } from "../../store/database.ts";
import { readSlo } from "../overview/times.ts";
import type { Handler } from "../routes.ts";

interface Tools {
  readonly db: Db;
  readonly now: () => Instant;
  readonly readOverview: () => Promise<Overview>;
}

export function showOverviewHandler({
  readOverview,
}: Pick<Tools, "readOverview">): Handler<Operations["showOverview"]> {
  return async () => ({ status: 200, body: await readOverview() });
}

export function showSloHandler({ db, now }: Pick<Tools, "db" | "now">): Handler<Operations["showSlo"]> {
  return async () => ({ status: 200, body: await readSlo(db, now()) });
}
