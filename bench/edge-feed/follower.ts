/** Agents that follow the feed and do nothing else, many to a process. */
import { Agent, get } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import { operations } from "@certmill/api";
import { tokenSource } from "../../packages/edge/src/identity/sign-token.ts";
import { type StoredEdge, signingKey } from "../rig/fill-edges.ts";
import { answerQuestions } from "../rig/fork-worker.ts";

export interface SimulatedEdge {
  readonly edgeId: string;
  readonly key: StoredEdge["key"];
}

export type FollowerQuestion =
  | {
      readonly kind: "follow";
      readonly server: string;
      readonly audience: string;
      readonly edges: readonly SimulatedEdge[];
    }
  | { readonly kind: "count" };

export interface FollowerAnswer {
  /** Those that wait for news. */
  readonly following: number;
  readonly polls: number;
  readonly changes: number;
  readonly failures: number;
}

/** As the agent has it, in seconds. */
const wait = 25;

/** A connection of its own for each agent, which `fetch` would have too, for several times the processor time. */
const connections = new Agent({ keepAlive: true });

const counts = { following: 0, polls: 0, changes: 0, failures: 0 };

await answerQuestions(async (asked): Promise<FollowerAnswer> => {
  const question = asked as FollowerQuestion;
  if (question.kind === "follow") {
    // One after the other: all at once would be another measurement.
    for (const edge of question.edges) await begin(edge, question);
  }
  return counts;
});
process.exit(0);

async function begin(
  { edgeId, key }: SimulatedEdge,
  { server, audience }: FollowerQuestion & { kind: "follow" },
): Promise<void> {
  const identity = { privateKey: await signingKey(key), publicJwk: key, membership: null };
  const token = tokenSource(identity, { server, edgeId, edge: edgeId, edgeGroup: "", audience });
  const ask = async (path: string) => await answerOf(new URL(path, server), await token());
  const { cursor } = await ask(`${operations.edgeSnapshot.path}?limit=1`);
  counts.following += 1;
  void follow(ask, cursor);
}

async function follow(ask: (path: string) => Promise<Told>, from: string): Promise<never> {
  let after = from;
  for (;;) {
    try {
      const { changes = [], cursor } = await ask(`${operations.edgeFeed.path}?after=${after}&wait=${wait}`);
      counts.polls += 1;
      counts.changes += changes.length;
      after = cursor;
    } catch {
      counts.failures += 1;
      await pause(1_000);
    }
  }
}

interface Told {
  readonly changes?: readonly unknown[];
  readonly cursor: string;
}

async function answerOf(url: URL, token: string): Promise<Told> {
  const { promise, resolve, reject } = Promise.withResolvers<Told>();
  const headers = { authorization: `Bearer ${token}` };
  const request = get(url, { agent: connections, headers, timeout: (wait + 30) * 1_000 }, (response) => {
    let text = "";
    response.setEncoding("utf8").on("data", (piece: string) => {
      text += piece;
    });
    response.once("error", reject);
    response.once("end", () => {
      if (response.statusCode === 200) resolve(JSON.parse(text) as Told);
      else reject(new Error(`${response.statusCode}: ${text}`));
    });
  });
  request.once("error", reject).once("timeout", () => request.destroy(new Error("It took too long.")));
  return await promise;
}
