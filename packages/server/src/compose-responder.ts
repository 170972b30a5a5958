/** The challenge responder of a process. */
import type { Server } from "node:http";
import { minutes } from "@certmill/domain";
import type { Logger } from "pino";
import type { CheckTokens } from "./challenge/check-token.ts";
import { createResponder } from "./challenge/responder.ts";
import { TokenBook } from "./challenge/token-book.ts";
import type { Clock } from "./clock.ts";
import type { ListenAddress } from "./config/read-config.ts";
import type { Metrics } from "./observe/metrics.ts";
import { listen } from "./serve-listener.ts";
import { type PublishedChallenge, readChallengeResponses } from "./store/challenge-responses.ts";
import type { Database } from "./store/database.ts";

const freshness = minutes(5);
/** About 300 bytes each. */
const capacity = 200_000;

export interface Responder {
  readonly server: Server;
  readonly url: string;
  /** Makes it answer what this process has stored, though the database should be away when the CA asks. */
  readonly remember: (challenge: PublishedChallenge) => void;
}

export async function startResponder(parts: {
  readonly database: Database;
  readonly clock: Clock;
  readonly address: ListenAddress;
  readonly checkTokens: CheckTokens;
  readonly metrics: Metrics;
  readonly log: Logger;
}): Promise<Responder> {
  const { database, clock, address, checkTokens, metrics, log } = parts;
  const book = new TokenBook({
    read: (tokens) => readChallengeResponses(database.db, tokens),
    clock,
    freshness,
    capacity,
  });
  await database.listen("certmill_challenge", (payload) => book.hear(payload));
  const server = createResponder({
    find: async (token) => checkTokens.answerTo(token) ?? (await book.find(token)),
    onHit: (hit) => {
      metrics.responderRequests.inc({ result: hit.result });
      const fields = { event: "challenge.requested", ...hit };
      if (hit.result === "answered") log.info(fields, "challenge answered");
      else log.debug(fields, "challenge not answered");
    },
  });
  return { server, url: await listen(server, address), remember: (challenge) => book.remember(challenge) };
}
