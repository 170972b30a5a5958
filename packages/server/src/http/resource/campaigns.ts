import type { NewCampaign, Operations } from "@certmill/api";
import { type Instant, instant } from "@certmill/domain";
import type { Db } from "../../store/database.ts";
import { type CampaignRow, listCampaigns } from "../../store/read/campaigns.ts";
import {
  type CampaignChange,
  type CampaignSettings,
  cancelCampaign,
  insertCampaign,
  pauseCampaign,
  resumeCampaign,
  startCampaign,
} from "../../store/write/campaigns.ts";
import { byText } from "../caller/caller.ts";
import { decodeCursor, defaultLimit, encodeCursor } from "../cursor.ts";
import { readTerms } from "../intake/lineage-terms.ts";
import { describeCampaign } from "../present/present-campaign.ts";
import { oneFault, Refusal } from "../refusal.ts";
import { refuseUnchanged } from "../refuse-unchanged.ts";
import { withAnswerKept } from "../repeatable.ts";
import type { Handler } from "../routes.ts";
import { wantedCampaign } from "../wanted/wanted-campaign.ts";

interface Tools {
  readonly db: Db;
  readonly now: () => Instant;
}

export function createCampaignHandler({ db, now }: Tools): Handler<Operations["createCampaign"]> {
  return async ({ body, repeatable }) => {
    const settings = await settingsOf(db, body, now());
    return withAnswerKept<Operations["createCampaign"]>(db, repeatable, now(), async (trx) => {
      const isNew = await insertCampaign(trx, settings, now());
      const row = await wantedCampaign(trx, body.name);
      if (!isNew) refuseOther(row, settings);
      return { status: isNew ? 201 : 200, body: await describeCampaign(trx, row, now()) };
    });
  };
}

export function listCampaignsHandler({ db, now }: Tools): Handler<Operations["listCampaigns"]> {
  return async ({ query: { after, limit = defaultLimit } }) => {
    const cursor = decodeCursor("campaigns", 1, after)?.[0] ?? null;
    const rows = await listCampaigns(db, { after: cursor, limit: limit + 1 });
    const shown = rows.slice(0, limit);
    const items = [];
    for (const row of shown) items.push(await describeCampaign(db, row, now()));
    const last = rows.length > limit ? shown.at(-1) : undefined;
    return {
      status: 200,
      body: { items, next: last === undefined ? null : encodeCursor("campaigns", [last.name]) },
    };
  };
}

export function showCampaignHandler({ db, now }: Tools): Handler<Operations["showCampaign"]> {
  return async ({ params }) => ({
    status: 200,
    body: await describeCampaign(db, await wantedCampaign(db, params.name), now()),
  });
}

export function startCampaignHandler({ db, now }: Tools): Handler<Operations["startCampaign"]> {
  return async ({ params: { name } }) => {
    const { id } = await wantedCampaign(db, name);
    const change = await startCampaign(db, id, now());
    if (change === null) throw new Refusal("campaign-empty", `The campaign ${name} has no domains.`);
    refuseUnless(change, ["running", "paused"], { name, wish: "started" });
    return { status: 200, body: await describeCampaign(db, await wantedCampaign(db, name), now()) };
  };
}

export function pauseCampaignHandler({ db, now }: Tools): Handler<Operations["pauseCampaign"]> {
  return async ({ params: { name }, caller }) => {
    const { id } = await wantedCampaign(db, name);
    const reason = `It was paused ${byText(caller)}.`;
    const change = await pauseCampaign(db, { id, reason, excuse: null, now: now() });
    refuseUnless(change, ["paused"], { name, wish: "paused" });
    return { status: 200, body: await describeCampaign(db, await wantedCampaign(db, name), now()) };
  };
}

export function resumeCampaignHandler({ db, now }: Tools): Handler<Operations["resumeCampaign"]> {
  return async ({ params: { name } }) => {
    const { id } = await wantedCampaign(db, name);
    refuseUnless(await resumeCampaign(db, id, now()), ["running"], { name, wish: "resumed" });
    return { status: 200, body: await describeCampaign(db, await wantedCampaign(db, name), now()) };
  };
}

export function cancelCampaignHandler({ db, now }: Tools): Handler<Operations["cancelCampaign"]> {
  return async ({ params: { name } }) => {
    const { id } = await wantedCampaign(db, name);
    refuseUnless(await cancelCampaign(db, id, now()), ["cancelled"], { name, wish: "cancelled" });
    return { status: 200, body: await describeCampaign(db, await wantedCampaign(db, name), now()) };
  };
}

/** @throws {Refusal} `campaign-state` */
const refuseUnless = (
  change: CampaignChange,
  asGood: readonly CampaignChange["was"][],
  { name, wish }: { readonly name: string; readonly wish: "started" | "paused" | "resumed" | "cancelled" },
) =>
  refuseUnchanged(change, asGood, {
    code: "campaign-state",
    what: `The campaign ${name}`,
    wish,
    next: {
      importing: "It takes its list still, and begins when it is started.",
      cancelled: "That is for good: create another one, under another name.",
      done: "It has been through its list.",
    },
  });

const defaults = { packNames: 1, mostFailed: 0.5, renewalSpreadDays: 15 } as const;

/** @throws {Refusal} `invalid-request`, `ca-missing`, `edge-group-missing` */
async function settingsOf(db: Db, wanted: NewCampaign, now: Instant): Promise<CampaignSettings> {
  const { terms } = await readTerms(db, wanted);
  const finishBy = wanted.finishBy === undefined ? null : instant(Date.parse(wanted.finishBy));
  if (finishBy !== null && finishBy <= now) throw oneFault("/finishBy", "It is past already.");
  const { window } = wanted;
  if (window !== undefined && window.from === window.to)
    throw oneFault("/window/to", "It must differ from `from`; without a window orders begin at any time.");
  return {
    name: wanted.name,
    finishBy,
    window: window === undefined ? null : { start: minutesOf(window.from), end: minutesOf(window.to) },
    perHour: wanted.perHour ?? null,
    packNames: wanted.packNames ?? defaults.packNames,
    packAcrossTenants: wanted.packAcrossTenants ?? false,
    mostFailed: wanted.mostFailed ?? defaults.mostFailed,
    renewalSpreadDays: wanted.renewalSpreadDays ?? defaults.renewalSpreadDays,
    caIds: terms.caIds,
    edgeGroupId: terms.edgeGroupId,
    keyType: terms.keyType,
    paired: terms.paired,
    profile: terms.profile,
  };
}

const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));

/** @throws {Refusal} `campaign-exists` unless it takes its list still and has the same settings. */
function refuseOther(row: CampaignRow, settings: CampaignSettings): void {
  if (row.state !== "importing")
    throw new Refusal("campaign-exists", `The campaign ${row.name} is ${row.state}.`);
  const same =
    row.finish_by === settings.finishBy &&
    row.window_start === (settings.window?.start ?? null) &&
    row.window_end === (settings.window?.end ?? null) &&
    row.per_hour === settings.perHour &&
    row.pack_names === settings.packNames &&
    row.pack_across_tenants === settings.packAcrossTenants &&
    row.most_failed === settings.mostFailed &&
    row.renewal_spread_days === settings.renewalSpreadDays &&
    String(row.ca_ids) === String(settings.caIds) &&
    row.edge_group_id === settings.edgeGroupId &&
    row.key_type === settings.keyType &&
    row.paired === settings.paired &&
    row.profile === settings.profile;
  if (!same)
    throw new Refusal(
      "campaign-exists",
      `The campaign ${row.name} takes its list already, with other settings.`,
    );
}
