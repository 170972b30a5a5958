import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { createClient, edgeRoutes } from "@certmill/api/edge";
import { EdgeFault } from "../edge-fault.ts";
import { serverTrouble } from "../feed/server-trouble.ts";
import { readToken } from "../feed/token-file-client.ts";
import { type Backoff, backoffAfter } from "../flow/backoff.ts";
import { pause } from "../flow/pause.ts";
import { diskFault } from "../install/disk-fault.ts";
import type { FileSeal } from "../install/file-seal.ts";
import type { Log } from "../log/edge-event.ts";
import { type EdgeIdentity, keepMembership, loadIdentity, type Membership } from "./edge-identity.ts";
import { signJoinProof, version } from "./sign-token.ts";

/** Where an agent's directory has its edge's identity. */
export const identityPath = (directory: string): string => join(directory, ".state", "identity.json");

export interface JoinOptions {
  readonly server: string;
  /** The name that the edge is to have. */
  readonly name: string;
  readonly directory: string;
  /** Null: it has joined before. */
  readonly joinTokenFile: string | null;
  /** What the key is sealed with on disk; null: it lies there in the clear. */
  readonly seal: FileSeal | null;
  readonly backoff: Backoff;
  readonly log: Log;
}

/** An edge that a server has taken. */
export type JoinedIdentity = EdgeIdentity & { readonly membership: Membership };

/**
 * The edge that this directory has joined as; it joins now where it has not. The key is on disk before the server hears of
 * it, so that an agent that dies before the answer is written down asks again with the same key, and is answered the same.
 * A server that is away is waited for.
 *
 * @returns null: the signal aborted.
 * @throws {EdgeFault} `access-refused`: the server does not take it, or there is nothing to join with;
 * `directory-unusable`.
 */
export async function joinServer(options: JoinOptions, signal: AbortSignal): Promise<JoinedIdentity | null> {
  try {
    return await joinFrom(options, signal);
  } catch (error) {
    const reason = diskFault(error);
    if (reason === null) throw error;
    const message = `${options.directory} cannot be used: ${reason}. Correct that, or choose another --dir.`;
    throw new EdgeFault("directory-unusable", message, { cause: error });
  }
}

async function joinFrom(options: JoinOptions, signal: AbortSignal): Promise<JoinedIdentity | null> {
  const path = identityPath(options.directory);
  // Proxies read in the one, and nobody else in the other.
  await mkdir(options.directory, { recursive: true, mode: 0o700 });
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const identity = await loadIdentity(path, options.seal);
  if (identity.membership !== null) return sameServer(identity, identity.membership, options);
  if (options.joinTokenFile === null) {
    throw new EdgeFault(
      "access-refused",
      "This edge has not joined a server yet. Give it --join-token-file with a token of `certmill edge join-token create`, or --token-file.",
    );
  }
  for (let failures = 1; !signal.aborted; failures += 1) {
    const membership = await ask(identity, { ...options, joinTokenFile: options.joinTokenFile }, signal);
    if (membership === null) return null;
    if (!("retryAfter" in membership)) {
      const joined = await keepMembership(path, membership, options.seal);
      options.log({ kind: "joined", edge: membership.edge, edgeGroup: membership.edgeGroup });
      return { ...joined, membership };
    }
    const retryIn = Math.max(membership.retryAfter, backoffAfter(failures, options.backoff));
    options.log({ kind: "server-lost", reason: membership.reason, retryIn });
    await pause(retryIn, signal);
  }
  return null;
}

/** An edge's tokens are good at the one server that it has joined; that may have got another address. */
function sameServer(identity: EdgeIdentity, membership: Membership, { server }: JoinOptions): JoinedIdentity {
  return { ...identity, membership: { ...membership, server } };
}

interface Trouble {
  readonly reason: string;
  readonly retryAfter: number;
}

/** @returns null: the signal aborted. */
async function ask(
  identity: EdgeIdentity,
  { server, name, joinTokenFile }: JoinOptions & { readonly joinTokenFile: string },
  signal: AbortSignal,
): Promise<Membership | Trouble | null> {
  try {
    const { edgeId, edge, edgeGroup, audience } = await createClient({ baseUrl: server, token: null }).call(
      edgeRoutes.joinEdge,
      {
        body: {
          joinToken: await readToken(joinTokenFile),
          edge: name,
          version,
          proof: await signJoinProof(identity, name),
        },
        signal,
      },
    );
    return { server, edgeId, edge, edgeGroup, audience };
  } catch (error) {
    if (signal.aborted) return null;
    const trouble = serverTrouble(error);
    if (trouble === null) throw error;
    const { kind, code, reason, retryAfter } = trouble;
    // What comes of waiting: a server that is back. Nothing else.
    const isForNow = kind === "away" || code === "database-unavailable" || code === "internal";
    if (!isForNow) throw new EdgeFault("access-refused", reason, { cause: error });
    return { reason, retryAfter };
  }
}
