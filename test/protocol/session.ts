/** A client of an authority, and shortcuts that many cases take. */
import {
  type AccountKey,
  AcmeClient,
  AcmeError,
  generateAccountKey,
  type ObservedRequest,
  type OrderedCertificate,
  orderCertificate,
  type Polling,
  type Publishers,
  undiciTransport,
} from "@certmill/acme";
import type { Authority } from "./authority.ts";

/** Short pauses: these CAs are on this machine. */
export const polling: Polling = { leastPause: 20, mostPause: 1_000, deadline: 60_000 };

export interface Session extends AsyncDisposable {
  readonly client: AcmeClient;
  readonly key: AccountKey;
  readonly observed: readonly ObservedRequest[];
  /** A client for the same CA: of another key, or one that resumes this one's account. */
  another(key: AccountKey, accountUrl?: string): AcmeClient;
  /** A certificate for names, proved by http-01 unless told otherwise. */
  obtain(names: readonly string[], more?: Partial<OrderedCertificate>): ReturnType<typeof orderCertificate>;
  /** Only this publisher. */
  only(type: string): Publishers;
}

/** Opens a session with an account of its own. */
export async function openSession(authority: Authority, key = generateAccountKey()): Promise<Session> {
  const transport = undiciTransport({ rootPem: authority.httpsRootPem, userAgent: "protocol-suite/1.0" });
  const observed: ObservedRequest[] = [];
  const { directoryUrl, internet } = authority;
  const another = (other: AccountKey, accountUrl?: string) =>
    new AcmeClient({
      directoryUrl,
      transport,
      key: other,
      now: Date.now,
      onRequest: (request) => observed.push(request),
      ...(accountUrl === undefined ? {} : { accountUrl }),
    });
  const client = another(key);
  const only = (type: string): Publishers => {
    const publish = internet.publishers[type];
    if (publish === undefined) throw new Error(`there is no publisher for ${type}`);
    return { [type]: publish };
  };
  return {
    client,
    key,
    observed,
    another,
    only,
    obtain: (names, more = {}) =>
      orderCertificate(client, { names, publish: only("http-01"), polling, ...more }),
    [Symbol.asyncDispose]: () => transport[Symbol.asyncDispose](),
  };
}

/** Opens a session whose account is made. */
export async function openAccount(authority: Authority, key?: AccountKey): Promise<Session> {
  const session = await openSession(authority, key);
  await session.client.newAccount({ contact: ["mailto:ops@example.com"], termsOfServiceAgreed: true });
  return session;
}

/** What a promise that must fail fails with. */
export async function failureOf(promise: Promise<unknown>): Promise<AcmeError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof AcmeError) return error;
    throw error;
  }
  throw new Error("it succeeded, but was to fail");
}
