/**
 * Checks of a run whose names tell what is wrong with them (names.ts): judged and followed as the server's own, but nothing is sent for them.
 */
import { judgeName, type NamesToCheck, recordsOf } from "@certmill/domain";
import { sql } from "kysely";
import type { Checking } from "../../packages/server/src/compose-checks.ts";
import type { Db } from "../../packages/server/src/store/database.ts";
import { factsOf, ingress } from "./name-facts.ts";
import { isWrongAt } from "./names.ts";
import type { Told } from "./run-config.ts";
import type { VirtualClock } from "./virtual-clock.ts";

/** They take no time. */
export function checksByModel({ rightFrom }: Told, clock: VirtualClock): Checking {
  const look = (name: string) =>
    factsOf(name, isWrongAt(name, { rightFrom, now: clock.now() }) ? "dns" : null);
  return {
    check: async ({ names }: NamesToCheck, cas) => {
      const facts = names.map(look);
      return {
        findings: facts.flatMap((each) => judgeName(each, ingress, cas)),
        records: facts.map(recordsOf),
      };
    },
    seemsMended: async () => false,
    followPath: async () => {
      throw new Error("Nobody follows a path in this run.");
    },
    [Symbol.asyncDispose]: async () => {},
  };
}

/**
 * Leaves out what would be all of a run: the daily look at each name that has a certificate or is never right, and the look at wrong ones in each
 * minute. What is checked before a first order, after one that failed, and daily until a name is right that was given up, goes on by its schedule.
 */
export async function leaveTheRestAlone(db: Db): Promise<void> {
  await sql`
    create function leave_the_rest_alone() returns trigger language plpgsql as $$
    begin
      new.watched := false;
      if new.rank = 2 and not new.holds_order and not exists (
        select from lineage where id = new.lineage_id and names[1] like 'later-%'
          and not exists (select from certificate where lineage_id = lineage.id)
      ) then new.wake_at := null; end if;
      return new;
    end $$`.execute(db);
  await sql`
    create trigger leave_the_rest_alone before insert or update on lineage_check
    for each row execute function leave_the_rest_alone()`.execute(db);
}
