/** Every resource of this CA that has a URL. */
export const RESOURCES = [
  "directory",
  "newNonce",
  "newAccount",
  "newOrder",
  "newAuthz",
  "revokeCert",
  "keyChange",
  "account",
  "orders",
  "order",
  "finalize",
  "authorization",
  "challenge",
  "certificate",
  "renewalInfo",
] as const;

export type Resource = (typeof RESOURCES)[number];

/** Where a request goes: `ids` are the parts of the path that name the object. */
export interface Route {
  readonly resource: Resource;
  readonly ids: readonly string[];
}

const COLLECTIONS: Readonly<Record<string, Resource>> = {
  "new-nonce": "newNonce",
  "new-account": "newAccount",
  "new-order": "newOrder",
  "new-authorization": "newAuthz",
  "revoke-certificate": "revokeCert",
  "key-change": "keyChange",
};

const ID = "([A-Za-z0-9_-]+)";
/** What the client wrote; it may be no certificate's name. */
const TEXT = "([^/]+)";
const OBJECTS: readonly (readonly [RegExp, Resource])[] = (
  [
    ["account/ID", "account"],
    ["account/ID/orders", "orders"],
    ["order/ID", "order"],
    ["order/ID/finalize", "finalize"],
    ["authorization/ID", "authorization"],
    ["challenge/ID/ID", "challenge"],
    ["certificate/ID", "certificate"],
    ["certificate/ID/ID", "certificate"],
    ["renewal-info/TEXT", "renewalInfo"],
  ] as const
).map(([path, resource]) => [new RegExp(`^${path.replaceAll("ID", ID).replace("TEXT", TEXT)}$`), resource]);

/** @param path without the query. `null`: nothing is there. */
export function parseRoute(path: string): Route | null {
  if (path === "/directory") return { resource: "directory", ids: [] };
  if (!path.startsWith("/acme/")) return null;
  const rest = path.slice("/acme/".length);
  const collection = COLLECTIONS[rest];
  if (collection !== undefined) return { resource: collection, ids: [] };
  for (const [pattern, resource] of OBJECTS) {
    const match = pattern.exec(rest);
    if (match !== null) return { resource, ids: match.slice(1) };
  }
  return null;
}

/** Writes the URLs that `parseRoute` reads. */
export class Urls {
  readonly origin: string;

  /** @param origin without a slash at the end. */
  constructor(origin: string) {
    this.origin = origin;
  }

  readonly directory = (): string => `${this.origin}/directory`;
  readonly newNonce = (): string => `${this.origin}/acme/new-nonce`;
  readonly newAccount = (): string => `${this.origin}/acme/new-account`;
  readonly newOrder = (): string => `${this.origin}/acme/new-order`;
  readonly newAuthz = (): string => `${this.origin}/acme/new-authorization`;
  readonly revokeCert = (): string => `${this.origin}/acme/revoke-certificate`;
  readonly keyChange = (): string => `${this.origin}/acme/key-change`;
  readonly account = (id: string): string => `${this.origin}/acme/account/${id}`;
  readonly orders = (accountId: string): string => `${this.account(accountId)}/orders`;
  readonly order = (id: string): string => `${this.origin}/acme/order/${id}`;
  readonly finalize = (orderId: string): string => `${this.order(orderId)}/finalize`;
  readonly authorization = (id: string): string => `${this.origin}/acme/authorization/${id}`;
  readonly challenge = (authorizationId: string, id: string): string =>
    `${this.origin}/acme/challenge/${authorizationId}/${id}`;
  /** Without the certificate's name, as the directory shows it. */
  readonly renewalInfo = (): string => `${this.origin}/acme/renewal-info`;
  readonly certificate = (id: string): string => `${this.origin}/acme/certificate/${id}`;
  /** @param n from 0, which is the default chain. */
  readonly chain = (certificateId: string, n: number): string =>
    n === 0 ? this.certificate(certificateId) : `${this.certificate(certificateId)}/${n}`;
}
