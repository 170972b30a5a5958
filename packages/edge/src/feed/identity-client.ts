import { type Client, createClient } from "@certmill/api/edge";
import type { JoinedIdentity } from "../identity/join-server.ts";
import { tokenSource } from "../identity/sign-token.ts";

/** A client that comes with tokens signed by the edge's own key. */
export const identityClient = (identity: JoinedIdentity): Client =>
  createClient({
    baseUrl: identity.membership.server,
    token: tokenSource(identity, identity.membership),
  });
