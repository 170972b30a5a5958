import type { Instant } from "@certmill/domain";
import type { Db } from "../../store/database.ts";
import { findKeyedEdges, type KeyedEdge } from "../../store/read/edges.ts";
import { isRowId } from "../../store/row-id.ts";
import { isSeenLately, type SeenEdge, seeKeyedEdges } from "../../store/write/see-edge.ts";
import { Refusal } from "../refusal.ts";
import { AskedTogether } from "../shared/asked-together.ts";
import { subjectOf, verifyEdgeToken } from "./edge-token.ts";
import { VerifiedTokens } from "./verified-tokens.ts";

/** An edge with a key of its own, as its token shows it. */
export interface SignedIn {
  readonly edge: KeyedEdge;
  /** Of its program; null: the token does not say. */
  readonly version: string | null;
}

/**
 * Who the edges are that come with tokens of their own. A token's signature is looked at once; that its edge is still
 * there, at each request, so that a removed one is out at its next. Those of many requests are looked up together.
 */
export class KeyedEdges {
  readonly #verified = new VerifiedTokens();
  readonly #edges: AskedTogether<string, KeyedEdge>;
  readonly #seen: AskedTogether<SeenEdge, never>;

  constructor(db: Db, now: () => Instant) {
    this.#edges = new AskedTogether((ids) => findKeyedEdges(db, ids));
    this.#seen = new AskedTogether(async (seen) => {
      await seeKeyedEdges(db, seen, now());
      return new Map<SeenEdge, never>();
    });
  }

  /**
   * The edge that signed the token, noted as heard of.
   *
   * @throws {Refusal} `token-rejected`: it is not whole, not for this installation, too old, or of no edge that there is.
   */
  async signedIn(token: string, now: Instant): Promise<SignedIn> {
    const known = this.#verified.get(token, now);
    const id = known?.edgeId ?? subjectOf(token);
    const edge = id !== null && isRowId(id) ? await this.#edges.ask(id) : null;
    if (edge === null) throw new Refusal("token-rejected", "The token is of no edge that there is.");
    const isKnown = known !== null && known.installation === edge.installation && sameKey(known, edge);
    const verified = isKnown ? known : await verifyEdgeToken(token, edge, now);
    if (!isKnown) this.#verified.add(token, verified);
    const signedIn = { edge, version: verified.version };
    if (!isSeenLately(signedIn, now)) await this.#seen.ask({ id: edge.id, version: verified.version });
    return signedIn;
  }
}

const sameKey = (one: { publicKey: Uint8Array }, edge: KeyedEdge): boolean =>
  Buffer.compare(one.publicKey, edge.public_key) === 0;
