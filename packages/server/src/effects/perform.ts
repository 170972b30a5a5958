/**
 * Does one effect of one issuance and reports it as the next input. What each does when it may have been done
 * before stands in the domain's effect.ts.
 */
import { createPublicKey } from "node:crypto";
import {
  type AcmeClient,
  ChainError,
  certificateRequest,
  keyAuthorization,
  parseChain,
  tlsAlpn01,
} from "@certmill/acme";
import {
  type IssuanceInput,
  isIpName,
  type LiveState,
  type PendingChallenge,
  type RecordPlace,
} from "@certmill/domain";
import type { TextRecord } from "../dns/dns-provider.ts";
import type { Records } from "../dns/records.ts";
import { exportKey, importKey } from "../keys/certificate-key.ts";
import { type ChosenKey, fingerprintOf, type KeyWish } from "../keys/choose-key.ts";
import { open, seal } from "../keys/envelope.ts";
import type { KeyRing } from "../keys/key-ring.ts";
import type { CertificateToStore } from "../store/decision/commit-issued.ts";
import type { KeyToStore } from "../store/decision/commit-step.ts";
import type { KeyType } from "../store/schema/key.ts";
import type { Sealed } from "../store/secrets.ts";
import { authorizationFacts, faultOf, finalizeFaultOf, instantOrNull, orderFacts } from "./acme-facts.ts";
import { placeRecords, recordOf, writeRecords } from "./answer-by-dns.ts";
import type { CaConnection } from "./ca-connections.ts";
import { certificateToStore } from "./certificate-to-store.ts";

/** The certificate's key, as later steps need it. */
export interface KeyMaterial {
  readonly csr: Uint8Array;
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array;
}

export type Outcome =
  | { readonly kind: "told"; readonly input: IssuanceInput }
  /** To be stored before anything else happens. */
  | {
      readonly kind: "key";
      readonly input: IssuanceInput;
      readonly key: KeyToStore;
      readonly material: KeyMaterial;
    }
  | { readonly kind: "certificate"; readonly input: IssuanceInput; readonly certificate: CertificateToStore };

export interface Task {
  readonly state: LiveState;
  readonly names: readonly string[];
  readonly keyType: KeyType;
  /** The certificate that the order names as the one it replaces, as renewal information names it; null: none. */
  readonly replaces: string | null;
  /** The certificate profile that the order asks for; null: none. */
  readonly profile: string | null;
  /** Whether this effect may have been done already, by a worker that then fell silent. */
  readonly again: boolean;
  /** The stored key; asked for only once there is one. */
  readonly material: () => Promise<KeyMaterial>;
}

/** What issuances do at one CA, as one account, with our keys. */
export interface Performer {
  /** @throws the signal's reason when it aborts; what cannot be blamed on the CA or the network. */
  perform(task: Task, signal: AbortSignal): Promise<Outcome>;
  /** What the responder answers for a token (RFC 8555 section 8.1). */
  keyAuthorization(token: string): string;
  /** What the CA writes into SNI when it validates a name or an address by TLS-ALPN-01 (RFC 8737 section 3). */
  serverName(identifier: string): string;
  /** What is to be in the DNS for a DNS-01 challenge (RFC 8555 section 8.4). */
  record(place: RecordPlace): TextRecord;
  /** A stored key, opened. @throws UnknownKey; SecretDamaged. */
  openMaterial(key: Sealed, csr: Uint8Array): KeyMaterial;
}

interface Means {
  readonly client: AcmeClient;
  /** Of the account's key. */
  readonly thumbprint: string;
  readonly keyRing: KeyRing;
  /** The key that the certificate is to be for. */
  readonly chooseKey: (wish: KeyWish) => Promise<ChosenKey>;
  readonly records: Records;
  readonly signal: AbortSignal;
}

export function performAt(
  { client, thumbprint }: CaConnection,
  { keyRing, chooseKey, records }: Pick<Means, "keyRing" | "chooseKey" | "records">,
): Performer {
  return {
    perform: async (task, signal) => {
      try {
        return await act(task, { client, thumbprint, keyRing, chooseKey, records, signal });
      } catch (error) {
        signal.throwIfAborted();
        const fault = task.state.kind === "finalizing" ? finalizeFaultOf(error) : faultOf(error);
        return told({ kind: "fault", fault });
      }
    },
    keyAuthorization: (token) => keyAuthorization(token, thumbprint),
    serverName: (value) => tlsAlpn01.serverName({ type: isIpName(value) ? "ip" : "dns", value }),
    record: (place) => recordOf(place, thumbprint),
    openMaterial: (key, csr) => {
      const publicKey = createPublicKey(importKey(open(keyRing, key))).export({
        format: "der",
        type: "spki",
      });
      return { csr, publicKey };
    },
  };
}

const told = (input: IssuanceInput): Outcome => ({ kind: "told", input });

async function act(task: Task, means: Means): Promise<Outcome> {
  const { state } = task;
  const { records, thumbprint, signal } = means;
  switch (state.kind) {
    case "planned":
      return order(task, means);
    case "ordered":
    case "diagnosing":
      return readAuthorizations(state.order.authorizationUrls, means);
    case "placing":
      return told(await placeRecords(state.challenges, records, signal));
    case "publishing":
      return told(await writeRecords(state.records.map(toRecord), records, signal));
    case "propagating":
      return told({
        kind: "propagation",
        ...(await records.whatIsMissing(state.records.map(toRecord), signal)),
      });
    case "challenging":
      return postChallenges(state.challenges, task.again, means);
    case "validating":
    case "processing":
      return poll(state.order.url, means);
    case "ready":
      return prepareKey(task, state.refusedKey === undefined ? "as-policy" : "new", means);
    case "finalizing":
      return finalize(state.order, task, means);
    case "downloading":
      return download(state.certificateUrl, task, means);
  }

  function toRecord(place: RecordPlace): TextRecord {
    return recordOf(place, thumbprint);
  }
}

/** A CA that will not have `replaces`, as it knows a replacement already, is asked again without. */
async function order(
  { names, replaces, profile: wished }: Task,
  { client, signal }: Means,
): Promise<Outcome> {
  const identifiers = names.map((value) => ({
    type: isIpName(value) ? ("ip" as const) : ("dns" as const),
    value,
  }));
  const profile = wished === null ? null : await offeredProfile(client, wished, signal);
  const request = { identifiers, ...(profile === null ? {} : { profile }) };
  const { url, resource, retryAt, ...placed } =
    replaces === null
      ? { ...(await client.newOrder(request, signal)), replaces: false }
      : await client.newReplacementOrder({ ...request, replaces }, signal);
  const facts = { ...orderFacts(url, resource), replaces: placed.replaces };
  return told({ kind: "order", order: facts, retryAt: instantOrNull(retryAt) });
}

/** Null for a profile that the CA has given up since the order was planned. */
async function offeredProfile(
  client: AcmeClient,
  wished: string,
  signal: AbortSignal,
): Promise<string | null> {
  const { meta } = await client.directory(signal);
  return Object.hasOwn(meta.profiles, wished) ? wished : null;
}

async function readAuthorizations(
  urls: readonly string[],
  { client, records, signal }: Means,
): Promise<Outcome> {
  const retrieved = await Promise.all(urls.map((url) => client.authorization(url, signal)));
  const names = retrieved.map(({ resource }) => resource.identifier.value);
  const inZones = await records.inZones(names);
  const authorizations = retrieved.map((each, index) => ({
    ...authorizationFacts(each, inZones),
    url: urls[index] ?? each.url,
  }));
  return told({ kind: "authorizations", authorizations });
}

async function postChallenges(
  challenges: readonly PendingChallenge[],
  again: boolean,
  { client, signal }: Means,
): Promise<Outcome> {
  await Promise.all(
    challenges.map(async ({ authorizationUrl, challengeUrl }) => {
      if (again && !(await isUnanswered(authorizationUrl, challengeUrl, { client, signal }))) return;
      await client.respondToChallenge(challengeUrl, signal);
    }),
  );
  return told({ kind: "challenged" });
}

async function isUnanswered(
  authorizationUrl: string,
  challengeUrl: string,
  { client, signal }: Pick<Means, "client" | "signal">,
): Promise<boolean> {
  const { resource } = await client.authorization(authorizationUrl, signal);
  const challenge = resource.challenges.find(({ url }) => url === challengeUrl);
  return resource.status === "pending" && challenge?.status === "pending";
}

async function poll(url: string, { client, signal }: Means): Promise<Outcome> {
  const { resource, retryAt } = await client.order(url, signal);
  return told({ kind: "order", order: orderFacts(url, resource), retryAt: instantOrNull(retryAt) });
}

async function prepareKey({ names }: Task, wish: KeyWish, { keyRing, chooseKey }: Means): Promise<Outcome> {
  const { key, secretId } = await chooseKey(wish);
  const csr = certificateRequest({ names, key });
  const publicKey = createPublicKey(key).export({ format: "der", type: "spki" });
  return {
    kind: "key",
    input: { kind: "keyed", ...(secretId === null ? {} : { reusedKey: fingerprintOf(key) }) },
    key: {
      secret:
        secretId === null
          ? { kind: "new", sealed: seal(keyRing, exportKey(key)) }
          : { kind: "stored", id: secretId },
      csr,
    },
    material: { csr, publicKey },
  };
}

async function finalize(
  reference: { readonly url: string; readonly finalizeUrl: string },
  { again, material }: Task,
  means: Means,
): Promise<Outcome> {
  const { client, signal } = means;
  if (again) {
    const { resource, retryAt } = await client.order(reference.url, signal);
    if (resource.status !== "ready") {
      return told({
        kind: "order",
        order: orderFacts(reference.url, resource),
        retryAt: instantOrNull(retryAt),
      });
    }
  }
  const { csr } = await material();
  const { resource, retryAt } = await client.finalize(reference.finalizeUrl, csr, signal);
  return told({ kind: "order", order: orderFacts(reference.url, resource), retryAt: instantOrNull(retryAt) });
}

async function download(url: string, { material }: Task, { client, signal }: Means): Promise<Outcome> {
  const { resource } = await client.certificate(url, signal);
  try {
    const { leaf, pem } = parseChain(resource);
    const { publicKey } = await material();
    return {
      kind: "certificate",
      input: {
        kind: "certificate",
        certificate: { names: leaf.names, matchesKey: Buffer.from(publicKey).equals(leaf.spki) },
      },
      certificate: certificateToStore(leaf, pem),
    };
  } catch (error) {
    if (!(error instanceof ChainError)) throw error;
    return told({
      kind: "fault",
      fault: { code: "certificate-unusable", detail: error.message, retryAt: null },
    });
  }
}
