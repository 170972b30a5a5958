import type { CampaignFailure, CampaignReport, Operations } from "@certmill/api";
import type { Instant } from "@certmill/domain";
import type { Db } from "../../store/database.ts";
import {
  countFailures,
  type FailureCount,
  type FailureRow,
  listFailures,
} from "../../store/read/campaign-failures.ts";
import { decodeCursor, defaultLimit, encodeCursor, pageOf } from "../cursor.ts";
import { failureWords } from "../present/failure-words.ts";
import { instantTextOrNull } from "../present/instant-text.ts";
import { describeCampaign } from "../present/present-campaign.ts";
import { Refusal } from "../refusal.ts";
import type { Handler } from "../routes.ts";
import { wantedCampaign } from "../wanted/wanted-campaign.ts";

interface Tools {
  readonly db: Db;
  readonly now: () => Instant;
}

export function reportCampaignHandler({ db, now }: Tools): Handler<Operations["reportCampaign"]> {
  return async ({ params }) => {
    const row = await wantedCampaign(db, params.name);
    const reasons = (await countFailures(db, row.id)).map(presentReason);
    return { status: 200, body: { campaign: await describeCampaign(db, row, now()), reasons } };
  };
}

export function listCampaignFailuresHandler({
  db,
}: Pick<Tools, "db">): Handler<Operations["listCampaignFailures"]> {
  return async ({ params, query: { after, limit = defaultLimit, code = null } }) => {
    const { id } = await wantedCampaign(db, params.name);
    const cursor = decodeCursor("campaign-failures", 1, after)?.[0] ?? null;
    if (cursor !== null && !/^\d{1,18}$/.test(cursor))
      throw new Refusal("invalid-cursor", "The cursor in `after` is damaged.");
    const rows = await listFailures(db, id, { code, after: cursor, limit: limit + 1 });
    const cursorAfter = (row: FailureRow): string => encodeCursor("campaign-failures", [row.id]);
    return { status: 200, body: pageOf(rows, limit, presentFailure, cursorAfter) };
  };
}

function presentReason({
  code,
  certificates,
  domains,
  examples,
}: FailureCount): CampaignReport["reasons"][number] {
  const { party, sentence } = failureWords(code);
  return { code, party, sentence, certificates, domains, examples: [...examples] };
}

const presentFailure = (row: FailureRow): CampaignFailure => ({
  id: row.id,
  names: row.names,
  tenant: row.tenant,
  ca: row.ca,
  code: row.failure_code,
  sentence: failureWords(row.failure_code).sentence,
  detail: row.failure_detail,
  failures: row.failures,
  nextTryAt: instantTextOrNull(row.wake_at),
});
