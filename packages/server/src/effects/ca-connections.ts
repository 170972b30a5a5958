/**
 * What each CA is asked through: made when first needed and kept, as connections and nonces are worth keeping. Each class
 * of work has an ACME client of its own there, so that a customer's order waits for no nonce behind a campaign's.
 */
import { AcmeClient, accountKeyFromPem, type ObservedRequest, type Transport } from "@certmill/acme";
import { after, type Instant, minutes, type WorkClass } from "@certmill/domain";
import type { Clock } from "../clock.ts";
import { open } from "../keys/envelope.ts";
import type { KeyRing } from "../keys/key-ring.ts";
import { readAccountAccess } from "../store/accounts.ts";
import type { Db } from "../store/database.ts";
import { readRequestLimits } from "../store/request-slots.ts";
import { RequestPace } from "./request-pace.ts";

export interface CaConnection {
  readonly caName: string;
  readonly client: AcmeClient;
  /** Of the account's key; the second half of every key authorization. */
  readonly thumbprint: string;
}

type Kept = Omit<CaConnection, "client"> & {
  readonly clientFor: (workClass: WorkClass) => AcmeClient;
  readonly transport: AsyncDisposable;
  readonly pace: RequestPace;
  /** When the CA's limits of requests are to be read again. */
  limitsStaleAt: Instant;
};

/** The operator may change them. */
const limitsFreshFor = minutes(1);

/** There is no account to order with. */
export class NoAccount extends Error {
  readonly code = "no-account";
}

/** @param rootPem roots that the CA's HTTPS is verified against; null: the system's. */
export type OpenTransport = (rootPem: string | null) => Transport & AsyncDisposable;

export interface CaConnectionsOptions {
  readonly db: Db;
  readonly keyRing: () => KeyRing;
  readonly clock: Clock;
  readonly onRequest: (
    ca: { readonly name: string; readonly host: string },
    request: ObservedRequest,
  ) => void;
  readonly openTransport: OpenTransport;
}

export class CaConnections implements AsyncDisposable {
  readonly #options: CaConnectionsOptions;
  readonly #connections = new Map<string, Promise<Kept>>();

  constructor(options: CaConnectionsOptions) {
    this.#options = options;
  }

  /**
   * @param workClass what is asked there, which decides who goes first where requests wait for a limit.
   * @throws NoAccount; UnknownKey or SecretDamaged when the account's key cannot be opened.
   */
  async to(caId: string, workClass: WorkClass): Promise<CaConnection> {
    const kept = await this.#kept(caId);
    const { db, clock } = this.#options;
    const now = clock.now();
    if (now >= kept.limitsStaleAt) {
      kept.limitsStaleAt = after(now, limitsFreshFor);
      kept.pace.setLimits(await readRequestLimits(db, caId));
    }
    const { caName, thumbprint, clientFor } = kept;
    return { caName, thumbprint, client: clientFor(workClass) };
  }

  #kept(caId: string): Promise<Kept> {
    const known = this.#connections.get(caId);
    if (known !== undefined) return known;
    const made = this.#connect(caId);
    this.#connections.set(caId, made);
    made.catch(() => this.#connections.delete(caId));
    return made;
  }

  async #connect(caId: string): Promise<Kept> {
    const { db, keyRing, clock, onRequest, openTransport } = this.#options;
    const access = await readAccountAccess(db, caId);
    if (access === null)
      throw new NoAccount(`There is no account at the CA with id ${caId}. Make one with: certmill ca add`);
    const { homeCaId, caName, directoryUrl, rootPem, accountUrl } = access;
    const key = accountKeyFromPem(Buffer.from(open(keyRing(), access.key)).toString("utf8"));
    const pace = new RequestPace({ db, caId: homeCaId, clock });
    pace.setLimits(await readRequestLimits(db, caId));
    const transport = openTransport(rootPem);
    const ca = { name: caName, host: new URL(directoryUrl).hostname };
    const clientOf = (workClass: WorkClass) =>
      new AcmeClient({
        directoryUrl,
        transport,
        key,
        accountUrl,
        now: () => clock.now(),
        beforeRequest: (resource, signal) => pace.turn(resource, workClass, signal),
        onRequest: (request) => {
          if (request.problem !== null) pace.refused(request.resource, request.problem);
          onRequest(ca, request);
        },
      });
    return {
      caName,
      clientFor: keptByClass(clientOf),
      thumbprint: key.thumbprint,
      transport,
      pace,
      limitsStaleAt: after(clock.now(), limitsFreshFor),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const connections = await Promise.allSettled(this.#connections.values());
    this.#connections.clear();
    for (const connection of connections) {
      if (connection.status !== "fulfilled") continue;
      await connection.value.pace[Symbol.asyncDispose]();
      await connection.value.transport[Symbol.asyncDispose]();
    }
  }
}

/** One client for each class that anything is asked in. */
function keptByClass(make: (workClass: WorkClass) => AcmeClient): Kept["clientFor"] {
  const clients = new Map<WorkClass, AcmeClient>();
  return (workClass) => {
    const client = clients.get(workClass) ?? make(workClass);
    clients.set(workClass, client);
    return client;
  };
}
