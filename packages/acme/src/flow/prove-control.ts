import { keyAuthorization } from "../challenge/key-authorization.ts";
import type { AcmeClient } from "../client/acme-client.ts";
import type { Authorization } from "../client/authorization.ts";
import type { Challenge } from "../client/challenge.ts";
import type { Retrieved } from "../client/retrieved.ts";
import { AcmeError } from "../wire/acme-error.ts";
import { authorizationFailure } from "./authorization-handle.ts";
import type { Publication, Publish, Publishers, Withdraw } from "./publication.ts";

interface Task {
  readonly challenge: Challenge;
  readonly publication: Publication;
  readonly publish: Publish;
}

/**
 * Publishes a challenge of each authorization that is not valid yet, and tells the CA (RFC 8555 section 7.5.1).
 * All are published before the first is told, so that a publisher that fails costs no failed validation.
 *
 * @returns what withdraws all that was published; to be called however the order ends.
 * @throws AcmeError `not-offered` when an authorization offers no type that can be published; `invalid` when one
 *   has failed already; what the publishers throw, with everything withdrawn.
 */
export async function proveControl(
  client: AcmeClient,
  {
    authorizations,
    publishers,
  }: { readonly authorizations: readonly string[]; readonly publishers: Publishers },
  signal?: AbortSignal,
): Promise<Withdraw> {
  const all = await Promise.all(authorizations.map((url) => client.authorization(url, signal)));
  const tasks = all.flatMap((authorization) => taskOf(client, authorization, publishers));
  const published = await Promise.allSettled(
    tasks.map(({ publish, publication }) => Promise.resolve(publication).then(publish)),
  );
  const withdrawals = published.flatMap((outcome) =>
    outcome.status === "fulfilled" && outcome.value !== undefined ? [outcome.value] : [],
  );
  const withdraw = () => withdrawAll(withdrawals);
  try {
    for (const outcome of published) if (outcome.status === "rejected") throw outcome.reason;
    const pending = tasks.filter(({ challenge }) => challenge.status === "pending");
    await Promise.all(pending.map(({ challenge }) => client.respondToChallenge(challenge.url, signal)));
    return withdraw;
  } catch (error) {
    await withdraw();
    throw error;
  }
}

function taskOf(
  client: AcmeClient,
  { resource }: Retrieved<Authorization>,
  publishers: Publishers,
): readonly Task[] {
  if (resource.status === "valid") return [];
  if (resource.status !== "pending") throw authorizationFailure(resource);
  for (const [type, publish] of Object.entries(publishers)) {
    const challenge = resource.challenges.find((each) => each.type === type);
    if (challenge === undefined) continue;
    return [{ challenge, publish, publication: publicationOf(client, resource, challenge) }];
  }
  const known = Object.keys(publishers).join(", ");
  const offered = resource.challenges.map(({ type }) => type).join(", ");
  throw new AcmeError(
    "not-offered",
    `${resource.identifier.value}: the CA offers ${offered}; there are publishers for ${known} only`,
  );
}

function publicationOf(client: AcmeClient, { identifier }: Authorization, challenge: Challenge): Publication {
  const { thumbprint } = client.key;
  const { token } = challenge;
  return {
    identifier,
    challenge,
    token: token ?? "",
    keyAuthorization: token === null ? "" : keyAuthorization(token, thumbprint),
    thumbprint,
    accountUrl: client.accountUrl,
  };
}

/** One that fails keeps none of the others from being withdrawn. */
async function withdrawAll(withdrawals: readonly Withdraw[]): Promise<void> {
  const ended = await Promise.allSettled(withdrawals.map((withdraw) => Promise.resolve().then(withdraw)));
  for (const outcome of ended) if (outcome.status === "rejected") throw outcome.reason;
}
