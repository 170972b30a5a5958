import type { Instant } from "@certmill/domain";
import type { Db } from "../../store/database.ts";
import { seeEdge } from "../../store/write/see-edge.ts";
import { Refusal } from "../refusal.ts";
import type { EdgeCaller } from "./caller.ts";

/** Which edge asks. */
export interface KnownEdge {
  readonly id: string;
  readonly name: string;
}

/**
 * The edge that a request is of, heard of with it. One with a key of its own is whom its key says, whatever the request says.
 *
 * @param name what the request says; undefined: nothing.
 * @returns null: it comes with a bearer token and does not say.
 * @throws {Refusal} `edge-has-key`: it comes with a bearer token and takes the name of one that has a key.
 */
export async function knownEdge(
  db: Db,
  { edgeGroupId, by }: EdgeCaller,
  asked: { readonly name: string | undefined; readonly now: Instant },
): Promise<KnownEdge | null> {
  const { name, now } = asked;
  if (by.kind === "key") return { id: by.edge.id, name: by.edge.name };
  if (name === undefined) return null;
  const id = await seeEdge(db, { edgeGroupId, name, now });
  if (id !== null) return { id, name };
  throw new Refusal(
    "edge-has-key",
    `The edge "${name}" has a key of its own, and this came with the token "${by.tokenName}".`,
  );
}
