import type { AcmeClient } from "../client/acme-client.ts";
import type { Authorization } from "../client/authorization.ts";
import type { Retrieved } from "../client/retrieved.ts";
import { AcmeError } from "../wire/acme-error.ts";
import { type Polling, poll } from "./poll.ts";

/** An authorization, known by its URL alone; see OrderHandle. */
export class AuthorizationHandle {
  /** All it is known by, and all that needs to be kept. */
  readonly url: string;
  readonly #client: AcmeClient;

  /** Makes no request. */
  constructor(client: AcmeClient, url: string) {
    this.#client = client;
    this.url = url;
  }

  /** The authorization as it is now (RFC 8555 section 7.1.4). */
  read(signal?: AbortSignal): Promise<Retrieved<Authorization>> {
    return this.#client.authorization(this.url, signal);
  }

  /**
   * Tells the CA that the challenge of this type is published (RFC 8555 section 7.5.1). Looks first: one that is
   * no longer `pending` is left alone, as each response makes a validation of its own.
   *
   * @returns false when there was nothing to tell.
   * @throws AcmeError `not-offered` when the authorization has no challenge of this type.
   */
  async respond(type: string, signal?: AbortSignal): Promise<boolean> {
    const { resource } = await this.read(signal);
    if (resource.status !== "pending") return false;
    const challenge = resource.challenges.find((each) => each.type === type);
    if (challenge === undefined) throw new AcmeError("not-offered", `authorization: no ${type} challenge`);
    if (challenge.status !== "pending") return false;
    await this.#client.respondToChallenge(challenge.url, signal);
    return true;
  }

  /**
   * Waits until the CA has decided (RFC 8555 section 7.5.1).
   *
   * @throws AcmeError `invalid` with the failed challenge's problem; what `poll` throws.
   */
  async untilValid(polling: Polling = {}): Promise<Authorization> {
    const { resource } = await poll(
      (signal) => this.read(signal),
      ({ status }) => status !== "pending",
      polling,
    );
    if (resource.status !== "valid") throw authorizationFailure(resource);
    return resource;
  }

  /** Gives it up (RFC 8555 section 7.5.2). */
  deactivate(signal?: AbortSignal): Promise<Retrieved<Authorization>> {
    return this.#client.deactivateAuthorization(this.url, signal);
  }

  /** What is to be kept: the URL. */
  toJSON(): { readonly url: string } {
    return { url: this.url };
  }
}

/** Why an authorization did not become valid: the error of its failed challenge (RFC 8555 section 8). */
export function authorizationFailure({ identifier, status, challenges }: Authorization): AcmeError {
  const problem = challenges.find(({ error }) => error !== null)?.error ?? null;
  const why = problem === null ? "the CA does not say why" : problem.detail;
  return new AcmeError("invalid", `${identifier.value}: the authorization is ${status}: ${why}`, { problem });
}
