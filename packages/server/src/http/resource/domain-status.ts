import type { Operations } from "@certmill/api";
import type { Instant } from "@certmill/domain";
import type { Db } from "../../store/database.ts";
import type { TokenPace } from "../caller/token-pace.ts";
import { presentStatus } from "../present/domain-status.ts";
import { Refusal } from "../refusal.ts";
import type { Handler } from "../routes.ts";
import { wantedDomain } from "../wanted/wanted-domain.ts";

export function showDomainStatusHandler({
  db,
  now,
  pace,
}: {
  readonly db: Db;
  readonly now: () => Instant;
  readonly pace: TokenPace;
}): Handler<Operations["showDomainStatus"]> {
  return async ({ params, caller }) => {
    const retryAt = caller.scope === "status" ? pace.ask(caller.holder, now()) : null;
    if (retryAt !== null)
      throw new Refusal("too-many-requests", "The token asks more than ten times a second.", {
        retryAfter: Math.ceil((retryAt - now()) / 1_000),
      });
    const row = await wantedDomain(db, params.name, caller);
    return {
      status: 200,
      body: presentStatus(row, now()),
      headers: { "cache-control": "private, max-age=10", vary: "Authorization, Origin" },
    };
  };
}
