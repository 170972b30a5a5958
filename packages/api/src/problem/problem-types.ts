/** What is the same each time a problem of a type occurs (RFC 9457, 3.1), and what the reader can do. */
export interface ProblemType {
  readonly status: number;
  readonly title: string;
  readonly remedy: string;
}

/** Every problem the API answers with. A code is stable: clients branch on it, never on a sentence. */
export const problemTypes = {
  "invalid-request": {
    status: 400,
    title: "The request is not valid",
    remedy: "Correct every fault listed in `errors` and send it again.",
  },
  "invalid-cursor": {
    status: 400,
    title: "The cursor is not one of this list",
    remedy: "Start from the first page, without `after`.",
  },
  "token-missing": {
    status: 401,
    title: "A token is needed",
    remedy: "Send `Authorization: Bearer TOKEN`; make a token with `certmill token create`.",
  },
  "token-rejected": {
    status: 401,
    title: "The token is not known here",
    remedy: "It may be mistyped, expired or revoked; make a new one with `certmill token create`.",
  },
  "join-token-rejected": {
    status: 401,
    title: "The join token does not work",
    remedy:
      "It works once, and not for long; make another with `certmill edge join-token create --group GROUP`.",
  },
  "join-proof-rejected": {
    status: 400,
    title: "The edge does not show that it has its key",
    remedy: "Look at the clock of the edge's machine first.",
  },
  "edge-has-key": {
    status: 403,
    title: "The edge has a key of its own",
    remedy:
      "Run it with that key (without --token-file), give this agent another --name, or remove the edge with `certmill edge remove`.",
  },
  "scope-insufficient": {
    status: 403,
    title: "The token's scope does not cover this",
    remedy: "Use a token of the scope that `detail` names.",
  },
  "session-missing": {
    status: 401,
    title: "Nobody has signed in",
    remedy: "Sign in at the console.",
  },
  "session-ended": {
    status: 401,
    title: "The session has ended",
    remedy: "Sign in again.",
  },
  "sign-in-refused": {
    status: 401,
    title: "The name or the password is wrong",
    remedy: "Type both again; an admin sets a new password with `certmill operator set NAME --password`.",
  },
  "sign-in-off": {
    status: 403,
    title: "One does not sign in here with a password",
    remedy: "Sign in with the provider that the console offers; `local_sign_in` decides.",
  },
  "sign-in-throttled": {
    status: 429,
    title: "Too many attempts to sign in",
    remedy: "Wait for the time in Retry-After.",
  },
  "not-from-console": {
    status: 403,
    title: "The request does not come from the console",
    remedy:
      "Open the console at its own address, the one that `public_url` names; programs use a bearer token instead of a session.",
  },
  "role-insufficient": {
    status: 403,
    title: "The person's role does not cover this",
    remedy: "Ask an admin; roles are set with `certmill operator set`, or by the sign-in provider.",
  },
  "operator-exists": {
    status: 409,
    title: "There is a person of this name already",
    remedy: "Choose another name, or change that one with `certmill operator set`.",
  },
  "not-found": {
    status: 404,
    title: "There is no such thing here",
    remedy:
      "Check the spelling. A token or a person that is bound to a tenant sees only what is that tenant's.",
  },
  "key-destroyed": {
    status: 410,
    title: "The private key is destroyed",
    remedy:
      "Nobody has it here any more: order a new certificate. How long keys are kept is set with `keys_kept_days`, `certmill edge set` and `certmill tenant set`.",
  },
  "ca-exists": {
    status: 409,
    title: "There is a CA of this name already",
    remedy: "Choose another name.",
  },
  "dns-provider-exists": {
    status: 409,
    title: "There is a DNS provider of this name already",
    remedy: "Choose another name, or remove the other first.",
  },
  "dns-zone-taken": {
    status: 409,
    title: "Another DNS provider has this already",
    remedy: "Look at them with `certmill dns list`; remove the other first.",
  },
  "dns-provider-in-use": {
    status: 409,
    title: "There are records of Certmill's in its zones",
    remedy: "Wait until they were taken away, or remove it with `forget` and leave them there.",
  },
  "edge-exists": {
    status: 409,
    title: "There is an edge of this name or of this key already",
    remedy:
      "Choose another --name; where the machine was set up anew, remove the old edge with `certmill edge remove NAME` first.",
  },
  "domain-exists": {
    status: 409,
    title: "The domain is covered already",
    remedy: "Look at it, or remove it first; an import leaves what is the same unchanged.",
  },
  "campaign-exists": {
    status: 409,
    title: "There is a campaign of this name already",
    remedy: "Look at it with `certmill campaign show`, or choose another name.",
  },
  "campaign-state": {
    status: 409,
    title: "The campaign's state does not allow this",
    remedy: "Look at it with `certmill campaign show`.",
  },
  "replacement-state": {
    status: 409,
    title: "The replacement's state does not allow this",
    remedy: "Look at it with `certmill replace show`.",
  },
  "domain-removed": {
    status: 409,
    title: "The domain was removed",
    remedy: "Add it again.",
  },
  "domain-state": {
    status: 409,
    title: "The domain's state does not allow this",
    remedy: "Look at it with `certmill domain show`.",
  },
  "domain-action-ended": {
    status: 409,
    title: "The action has ended already",
    remedy: "Look at what it was done for with `GET /v1/domain-actions/{id}`.",
  },
  "more-than-expected": {
    status: 409,
    title: "It would be done for more than was expected",
    remedy: "Count again with `dryRun`, look at what is chosen, and send the new number as `atMost`.",
  },
  "checks-off": {
    status: 409,
    title: "Names are not checked here",
    remedy: "Set `ingress_addresses` in the server's configuration.",
  },
  "cursor-unknown": {
    status: 410,
    title: "The feed cannot go on from this cursor",
    remedy: "Take a new snapshot and follow the feed from its cursor.",
  },
  "body-too-large": {
    status: 413,
    title: "The request body is too large",
    remedy: "Send at most 4 MiB; split a batch into smaller ones.",
  },
  "body-not-json": {
    status: 415,
    title: "The request body is not JSON",
    remedy: "Send JSON with `Content-Type: application/json`.",
  },
  "name-refused": {
    status: 422,
    title: "The name cannot get a certificate",
    remedy: "Correct the names listed in `errors`.",
  },
  "idempotency-key-reused": {
    status: 422,
    title: "This Idempotency-Key came with another request before",
    remedy: "Use a new key for each new request.",
  },
  "ca-missing": {
    status: 422,
    title: "No CA is set up to issue from",
    remedy: "Add one with `certmill ca add`, or name one that `certmill ca list` shows.",
  },
  "edge-group-missing": {
    status: 422,
    title: "There is no such edge group",
    remedy: "Use the group `default`, or make a token for the new group first.",
  },
  "campaign-empty": {
    status: 422,
    title: "There is nothing on the campaign's list",
    remedy: "Send it domains that are not covered already, or cancel it.",
  },
  "replacement-empty": {
    status: 422,
    title: "There is nothing to replace",
    remedy:
      "Look at what is held with `certmill certificate list`; only certificates that are current are replaced.",
  },
  "terms-not-agreed": {
    status: 422,
    title: "The CA's terms of service are not agreed to",
    remedy: "Read them at `termsOfService`, then send the request again with `termsAgreed: true`.",
  },
  "too-many-requests": {
    status: 429,
    title: "The token has asked too often",
    remedy: "Ask again after the time in Retry-After; an answer may be kept for ten seconds.",
  },
  "account-binding-required": {
    status: 422,
    title: "The CA wants an external account binding",
    remedy: "Get a key id and an HMAC key from the CA and send them as `eab`.",
  },
  "ca-refused": {
    status: 502,
    title: "The CA refused",
    remedy: "Read the CA's words in `detail` and correct what they say.",
  },
  "ca-unreachable": {
    status: 502,
    title: "The CA could not be reached",
    remedy: "Check the directory URL, the network and, for a private CA, its root certificate.",
  },
  internal: {
    status: 500,
    title: "Something went wrong here",
    remedy: "It is in the server's log under the request id that `detail` names.",
  },
  "database-unavailable": {
    status: 503,
    title: "The database is away",
    remedy: "Nothing was changed; send the request again after the time in Retry-After.",
  },
} as const satisfies Record<string, ProblemType>;

export type ProblemCode = keyof typeof problemTypes;

/** The stable URI of a problem type. */
export const problemTypeUri = (code: ProblemCode): string => `https://certmill.dev/problems/${code}`;
