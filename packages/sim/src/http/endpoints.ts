import type { Duration, Instant } from "@certmill/domain";
import type { Account, Accounts } from "../ca/accounts.ts";
import {
  type Authorization,
  authorizationDocument,
  authorizationStatus,
  challengeDocument,
} from "../ca/authorization.ts";
import type { Authorizations } from "../ca/authorizations.ts";
import type { Certificate, Certificates } from "../ca/certificates.ts";
import { type Order, type OrderStatus, orderDocument } from "../ca/order.ts";
import type { Orders } from "../ca/orders.ts";
import { renewalInfoDocument } from "../ca/renewal-window.ts";
import type { Resource, Route, Urls } from "../ca/urls.ts";
import type { Limits } from "../limits/limits.ts";
import type { RequestLimits } from "../limits/request-limits.ts";
import { notFound, Refusal } from "../problem.ts";
import type { JsonRecord } from "../record.ts";
import { entityTagOf, isKnown } from "./entity-tag.ts";
import { changeAccountKey } from "./key-change.ts";
import { jsonReply, type Reply, unchangedReply } from "./reply.ts";
import type { SignedRequest, Signer } from "./signed-request.ts";

export interface EndpointsParts {
  readonly urls: Urls;
  readonly accounts: Accounts;
  readonly authorizations: Authorizations;
  readonly orders: Orders;
  readonly certificates: Certificates;
  readonly limits: Limits;
  readonly requestLimits: RequestLimits;
  /** Whether renewal information is given. */
  readonly renewalInfo: boolean;
  readonly renewalInfoEvery: Duration;
  /** Whether names can be authorized before they are ordered. */
  readonly preAuthorization: boolean;
  /** Of an account's list of orders. */
  readonly ordersPerPage: number;
  /** The headers that say when to look again; for objects that are not done. */
  readonly retryAfter: () => Record<string, string>;
  readonly now: () => Instant;
}

/** The resources that are asked for by signed POST. */
export type SignedResource = Exclude<Resource, "directory" | "newNonce" | "renewalInfo">;

/** Of a request, beside what is signed. */
export interface Circumstances {
  readonly ids: Route["ids"];
  /** Of an account's list of orders: where the page starts. */
  readonly cursor: number;
  /** The client's IP address. */
  readonly address: string;
}

/** What each resource answers: the CA's objects on one side, JSON and headers on the other. */
export class Endpoints {
  readonly #parts: EndpointsParts;

  constructor(parts: EndpointsParts) {
    this.#parts = parts;
  }

  /** @throws Refusal */
  async answer(
    resource: SignedResource,
    { ids, cursor, address }: Circumstances,
    { signer, payload }: SignedRequest,
  ): Promise<Reply> {
    const { accounts, authorizations, certificates, requestLimits, urls, now } = this.#parts;
    requestLimits.takeOfQuota(resource, clientOf(signer), now());
    switch (resource) {
      case "newAccount":
        return await this.#newAccount(signer, required(payload), address);
      case "revokeCert":
        return this.#revoke(signer, required(payload));
      case "keyChange":
        await changeAccountKey(accountOf(signer), required(payload), accounts, urls);
        return jsonReply(accounts.document(accountOf(signer)));
      case "newOrder":
        return this.#newOrder(accountOf(signer), required(payload));
      case "newAuthz":
        return this.#newAuthorization(accountOf(signer), payload);
      case "account":
        return this.#account(ownAccount(signer, ids[0]), payload);
      case "orders":
        return this.#orderList(ownAccount(signer, ids[0]), cursor);
      case "order": {
        const order = this.#parts.orders.find(accountOf(signer), ids[0]);
        refusePayload(payload);
        return this.#orderReply(order, this.#parts.orders.status(order));
      }
      case "finalize": {
        const order = this.#parts.orders.find(accountOf(signer), ids[0]);
        return this.#orderReply(order, this.#parts.orders.finalize(order, required(payload)));
      }
      case "authorization":
        return this.#authorization(authorizations.find(accountOf(signer), ids[0]), payload);
      case "challenge":
        return this.#challenge(authorizations.find(accountOf(signer), ids[0]), ids[1], payload);
      case "certificate": {
        const certificate = certificates.find(accountOf(signer), ids[0]);
        refusePayload(payload);
        return this.#chain(certificate, ids[1]);
      }
    }
  }

  /**
   * Asked for without a signature: RFC 9773 section 4.
   *
   * @param known `If-None-Match`: what the client has. Undefined: nothing.
   * @throws Refusal
   */
  renewalInfo(certificateId: string | undefined, known: string | undefined): Reply {
    const { certificates, renewalInfo, renewalInfoEvery, now } = this.#parts;
    if (!renewalInfo) throw notFound("Page not found");
    const document = renewalInfoDocument(certificates.renewalWindow(certificateId ?? "", now()));
    const etag = entityTagOf(document);
    const headers = { "Retry-After": String(renewalInfoEvery / 1_000), ETag: etag };
    return isKnown(etag, known) ? unchangedReply(headers) : jsonReply(document, headers);
  }

  async #newAccount(signer: Signer, payload: JsonRecord, address: string): Promise<Reply> {
    if (signer.kind === "account")
      throw new Refusal("malformed", "newAccount must be signed with a jwk, not a kid");
    const { accounts, limits, now } = this.#parts;
    const { account, created } = await accounts.register(signer.key, payload, () => {
      limits.newAccount(address, now());
    });
    return jsonReply(accounts.document(account), { Location: account.url }, created ? 201 : 200);
  }

  #account(account: Account, payload: JsonRecord | null): Reply {
    if (payload !== null) this.#parts.accounts.update(account, payload);
    return jsonReply(this.#parts.accounts.document(account));
  }

  /** RFC 8555 section 7.1.2.1: invalid orders are left out. */
  #orderList(account: Account, cursor: number): Reply {
    const { orders, ordersPerPage, urls } = this.#parts;
    const all = orders.of(account);
    const page = all.slice(cursor, cursor + ordersPerPage);
    const next = cursor + ordersPerPage;
    return jsonReply(
      { orders: page.filter((order) => orders.status(order) !== "invalid").map(({ id }) => urls.order(id)) },
      next < all.length ? { Link: `<${urls.orders(account.id)}?cursor=${next}>;rel="next"` } : {},
    );
  }

  #newOrder(account: Account, payload: JsonRecord): Reply {
    const { orders, urls } = this.#parts;
    const order = orders.create(account, payload);
    return jsonReply(
      orderDocument(order, orders.status(order), urls),
      { Location: urls.order(order.id) },
      201,
    );
  }

  #newAuthorization(account: Account, payload: JsonRecord | null): Reply {
    const { authorizations, preAuthorization, urls, now } = this.#parts;
    if (!preAuthorization) throw notFound("Page not found");
    const authorization = authorizations.preAuthorize(account, required(payload));
    const Location = urls.authorization(authorization.id);
    return jsonReply(authorizationDocument(authorization, urls, now()), { Location }, 201);
  }

  /** @param n which of its chains; `undefined`: the default one. @throws Refusal 404 */
  #chain(certificate: Certificate, n = "0"): Reply {
    const { id } = certificate;
    const chainPems = this.#parts.certificates.chainPems(certificate);
    const pem = chainPems[/^\d+$/.test(n) ? Number(n) : -1];
    if (pem === undefined) throw notFound("Certificate not found");
    const others = [...chainPems.keys()].filter((each) => each !== Number(n));
    const links = others.map((each) => `<${this.#parts.urls.chain(id, each)}>;rel="alternate"`);
    const headers = links.length === 0 ? {} : { Link: links.join(", ") };
    return { status: 200, headers, content: { kind: "chain", pem } };
  }

  #orderReply(order: Order, status: OrderStatus): Reply {
    const { urls, retryAfter } = this.#parts;
    const waiting = status === "pending" || status === "processing";
    return jsonReply(orderDocument(order, status, urls), {
      Location: urls.order(order.id),
      ...(waiting && retryAfter()),
    });
  }

  #authorization(authorization: Authorization, payload: JsonRecord | null): Reply {
    const { authorizations, urls, now, retryAfter } = this.#parts;
    if (payload !== null) {
      if (payload["status"] !== "deactivated") throw new Refusal("malformed", "Invalid status value");
      authorizations.deactivate(authorization);
    }
    const pending = authorizationStatus(authorization, now()) === "pending";
    return jsonReply(authorizationDocument(authorization, urls, now()), pending ? retryAfter() : {});
  }

  #challenge(authorization: Authorization, id: string | undefined, payload: JsonRecord | null): Reply {
    const { authorizations, urls, retryAfter } = this.#parts;
    const challenge = authorizations.findChallenge(authorization, id);
    if (payload !== null) authorizations.respond(authorization, challenge);
    return jsonReply(challengeDocument(authorization, challenge, urls), {
      Location: urls.challenge(authorization.id, challenge.id),
      Link: `<${urls.authorization(authorization.id)}>;rel="up"`,
      ...(challenge.state.kind === "processing" && retryAfter()),
    });
  }

  #revoke(signer: Signer, payload: JsonRecord): Reply {
    const { certificates, authorizations } = this.#parts;
    certificates.revoke(
      signer.kind === "key"
        ? { kind: "key", key: signer.key.key }
        : {
            kind: "account",
            account: signer.account,
            holds: (identifiers) => authorizations.holdsAll(signer.account, identifiers),
          },
      payload,
    );
    return { status: 200, headers: {}, content: { kind: "none" } };
  }
}

/** Whom quotas are counted for. */
const clientOf = (signer: Signer): string =>
  signer.kind === "account" ? signer.account.id : signer.key.thumbprint;

/** @throws Refusal when the request is signed by a bare key. */
function accountOf(signer: Signer): Account {
  if (signer.kind === "account") return signer.account;
  throw new Refusal("malformed", "No Key ID in JWS header");
}

function ownAccount(signer: Signer, id: string | undefined): Account {
  const account = accountOf(signer);
  if (account.id !== id) throw new Refusal("unauthorized", "Request signing key did not match account key");
  return account;
}

function required(payload: JsonRecord | null): JsonRecord {
  if (payload === null) throw new Refusal("malformed", "Request payload did not parse as JSON: it is empty");
  return payload;
}

function refusePayload(payload: JsonRecord | null): void {
  if (payload !== null) throw new Refusal("malformed", "POST-as-GET requests must have an empty payload");
}
