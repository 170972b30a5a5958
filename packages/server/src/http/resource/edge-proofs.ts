import type { Operations } from "@certmill/api";
import { isIpName } from "@certmill/domain";
import { findProof } from "../../store/challenge-responses.ts";
import type { Db } from "../../store/database.ts";
import { Refusal } from "../refusal.ts";
import type { Handler } from "../routes.ts";

/** Whichever edge a CA comes to may show it: a proof is no secret, as with the responder. */
export function edgeProofHandler({ db }: { readonly db: Db }): Handler<Operations["edgeProof"]> {
  return async ({ params: { serverName } }) => {
    const proof = await findProof(db, serverName.toLowerCase());
    if (proof === null) throw new Refusal("not-found", `Nothing is to be proven for ${serverName}.`);
    const { identifier: value, keyAuthorization } = proof;
    return {
      status: 200,
      body: { identifier: { type: isIpName(value) ? "ip" : "dns", value }, keyAuthorization },
    };
  };
}
