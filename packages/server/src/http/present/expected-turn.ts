/** When the order of a domain that stands in line is expected to begin. */
import { forecast, type Instant } from "@certmill/domain";
import type { Db } from "../../store/database.ts";
import { readAllowances, readObservedPace, readOthersOrders } from "../../store/read/campaign-pace.ts";
import type { DomainRow } from "../../store/read/domains.ts";
import { type PlaceInLine, readPlaceInLine } from "../../store/read/place-in-line.ts";
import { windowOf } from "./campaign-reason.ts";

/** @returns null when it is not in line, its campaign does not run, or nothing is known that holds the line back. */
export async function expectedTurn(db: Db, row: DomainRow, now: Instant): Promise<Instant | null> {
  if (row.state !== "queued") return null;
  if (row.parked_until !== null) return row.parked_until;
  const place = await readPlaceInLine(db, row.lineage_id);
  if (place === null || (place.campaign !== null && place.campaign.state !== "running")) return null;
  return forecastTurn(db, place, now);
}

async function forecastTurn(
  db: Db,
  { before, caIds, campaign }: PlaceInLine,
  now: Instant,
): Promise<Instant | null> {
  const told = forecast(
    {
      remaining: before + 1,
      // Of pairs, both stand in line.
      isPaired: false,
      window: campaign === null ? null : windowOf(campaign),
      perHour: campaign?.per_hour ?? null,
      accounts: await readAllowances(db, caIds, now),
      // Others go before a campaign; a customer goes before them.
      othersPerDay: campaign === null ? 0 : await readOthersOrders(db, { id: campaign.id, caIds }, now),
      observed:
        campaign === null
          ? null
          : await readObservedPace(db, { id: campaign.id, createdAt: campaign.wave_began_at ?? now }, now),
    },
    now,
  );
  return told?.finishAt ?? null;
}
