/** Agents that follow the feed and do nothing else, many to a process. */
import { type Client, operations } from "@certmill/api";
import { identityClient } from "../../packages/edge/src/feed/identity-client.ts";
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
  const client = identityClient({
    privateKey: await signingKey(key),
    publicJwk: key,
    membership: { server, edgeId, edge: edgeId, edgeGroup: "", audience },
  });
  const { cursor } = await client.call(operations.edgeSnapshot, { query: { limit: 1 } });
  counts.following += 1;
  void follow(client, cursor);
}

async function follow(client: Client, from: string): Promise<never> {
  let after = from;
  for (;;) {
    try {
      const { changes, cursor } = await client.call(operations.edgeFeed, { query: { after, wait } });
      counts.polls += 1;
      counts.changes += changes.length;
      after = cursor;
    } catch {
      counts.failures += 1;
    }
  }
}
