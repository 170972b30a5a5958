import type { Campaign } from "@certmill/api";
import {
  type AccountAllowance,
  days,
  type Forecast,
  forecast,
  type Instant,
  lastWave,
} from "@certmill/domain";
import type { Db } from "../../store/database.ts";
import { readAllowances, readObservedPace, readOthersOrders } from "../../store/read/campaign-pace.ts";
import { type CampaignCounts, type CampaignRow, countCampaign } from "../../store/read/campaigns.ts";
import { campaignReason, windowOf } from "./campaign-reason.ts";
import { instantText, instantTextOrNull } from "./instant-text.ts";
import { saidKeys } from "./key-type.ts";

/** A campaign with its counts and, while it has something to do, its forecast. */
export async function describeCampaign(db: Db, row: CampaignRow, now: Instant): Promise<Campaign> {
  const certificates = await countCampaign(db, row.id);
  return {
    name: row.name,
    state: row.state,
    reason: campaignReason(row, now),
    finishBy: instantTextOrNull(row.finish_by),
    window: presentWindow(row),
    perHour: row.per_hour,
    packNames: row.pack_names,
    packAcrossTenants: row.pack_across_tenants,
    packing: row.pack_names === 1 ? null : row.packing,
    mostFailed: row.most_failed,
    renewalSpreadDays: row.renewal_spread_days,
    cas: row.cas,
    edgeGroup: row.edge_group ?? "default",
    keyType: saidKeys({ keyType: row.key_type, paired: row.paired }) ?? "p256",
    profile: row.profile,
    wave: row.wave,
    waves: lastWave,
    domains: row.domains,
    certificates,
    forecast: await forecastOf(db, row, certificates, now),
    createdAt: instantText(row.created_at),
    endedAt: instantTextOrNull(row.ended_at),
  };
}

function presentWindow(row: CampaignRow): Campaign["window"] {
  const window = windowOf(row);
  return window === null ? null : { from: timeText(window.start), to: timeText(window.end) };
}

const twoDigits = (n: number): string => String(n).padStart(2, "0");
const timeText = (minutes: number): string =>
  `${twoDigits(Math.floor(minutes / 60))}:${twoDigits(minutes % 60)}`;

async function forecastOf(
  db: Db,
  row: CampaignRow,
  counts: CampaignCounts,
  now: Instant,
): Promise<Campaign["forecast"]> {
  if (row.state === "cancelled" || row.state === "done") return null;
  const accounts = await readAllowances(db, row.ca_ids, now);
  const remaining = counts.held + counts.waiting + counts.issuing;
  const told = forecast(
    {
      remaining,
      isPaired: row.is_paired,
      window: windowOf(row),
      perHour: row.per_hour,
      accounts,
      othersPerDay: await readOthersOrders(db, { id: row.id, caIds: row.ca_ids }, now),
      observed: await readObservedPace(db, { id: row.id, createdAt: row.wave_began_at ?? now }, now),
    },
    now,
  );
  if (told === null) return null;
  const { perDay, basis, finishAt } = told;
  return {
    perDay,
    basis,
    sentence: limitSentence(told, { perHour: row.per_hour, accounts, now }),
    finishAt: instantTextOrNull(finishAt),
    late: row.finish_by === null ? null : finishAt === null || finishAt > row.finish_by,
  };
}

const grouped = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

function limitSentence(
  { basis, perDay }: Forecast,
  limits: {
    readonly perHour: number | null;
    readonly accounts: readonly AccountAllowance[];
    readonly now: Instant;
  },
): string {
  switch (basis) {
    case "ceiling":
      return `Its own ceiling of ${limits.perHour} orders an hour sets the pace.`;
    case "observed":
      return `Of late ${grouped.format(perDay)} a day were tried; the limits would allow more.`;
    case "accounts": {
      const shares = limits.accounts.map(({ ca, limitAt }) => {
        const limit = limitAt(limits.now);
        return limit === null
          ? ca
          : `${ca} (${grouped.format((limit.count * days(1)) / limit.period)} a day)`;
      });
      return `The limit of new orders per account sets the pace: ${shares.join(", ")}.`;
    }
  }
}
