import { type Client, createClient } from "@certmill/api";
import type { JoinedIdentity } from "../identity/join-server.ts";
import { tokenSource } from "../identity/sign-token.ts";

/** A client that comes with tokens signed by the edge's own key. */
export function identityClient(identity: JoinedIdentity): Client {
  const { server: baseUrl } = identity.membership;
  const token = tokenSource(identity, identity.membership);
  return {
    async call(operation, ...input) {
      return await createClient({ baseUrl, token: await token() }).call(operation, ...input);
    },
  };
}
