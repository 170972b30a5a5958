import type { Json, TestClient } from "./test-client.ts";

/** The challenge of one kind that is offered for a new order's only name. */
export interface OfferedChallenge {
  readonly authorizationUrl: string;
  readonly url: string;
  readonly document: Json;
  readonly keyAuthorization: string;
  /** Of all that are offered. */
  readonly types: readonly string[];
}

/** Orders one name and picks a challenge by type. @throws Error when it is not offered. */
export async function offeredChallenge(
  client: TestClient,
  identifier: { readonly type: "dns" | "ip"; readonly value: string },
  type: string,
): Promise<OfferedChallenge> {
  const { json } = await client.post(client.url("newOrder"), { identifiers: [identifier] });
  const authorizationUrl = String((json["authorizations"] as string[])[0]);
  const challenges = (await client.post(authorizationUrl, null)).json["challenges"] as Json[];
  const document = challenges.find((each) => each["type"] === type);
  if (document === undefined) throw new Error(`${type} is not offered for ${identifier.value}`);
  return {
    authorizationUrl,
    url: String(document["url"]),
    document,
    keyAuthorization: `${String(document["token"])}.${client.thumbprint}`,
    types: challenges.map((each) => String(each["type"])),
  };
}

/** Says that the challenge is met, and waits for the CA's word. @returns its problem, or `null`. */
export async function tryChallenge(
  client: TestClient,
  { authorizationUrl, url }: OfferedChallenge,
): Promise<Json | null> {
  await client.post(url, {});
  const { status, challenges } = await client.settled(authorizationUrl, "pending");
  if (status === "valid") return null;
  return ((challenges as Json[])[0]?.["error"] as Json | undefined) ?? {};
}
