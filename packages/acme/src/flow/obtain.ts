import { AcmeClient } from "../client/acme-client.ts";
import type { NewOrderRequest, Order } from "../client/order.ts";
import type { Retrieved } from "../client/retrieved.ts";
import { type AccountKey, generateAccountKey } from "../wire/account-key.ts";
import { AcmeError } from "../wire/acme-error.ts";
import type { ExternalAccountBinding } from "../wire/embedded-jws.ts";
import { identifierOf } from "../wire/identifier.ts";
import type { Transport } from "../wire/transport.ts";
import { undiciTransport } from "../wire/undici-transport.ts";
import { type CertificateKeyKind, generateCertificateKey } from "../x509/certificate-key.ts";
import type { CertificateChain } from "../x509/chain.ts";
import { certificateRequest } from "../x509/csr.ts";
import { authorizationFailure } from "./authorization-handle.ts";
import { systemClock } from "./clock.ts";
import { downloadChain } from "./download-chain.ts";
import { nameDifference, namesOf } from "./name-difference.ts";
import { OrderHandle } from "./order-handle.ts";
import { type Polling, sharedDeadline } from "./poll.ts";
import { proveControl } from "./prove-control.ts";
import type { Publishers } from "./publication.ts";

/** What a certificate is to be, and how control of its names is proved. */
export interface OrderedCertificate {
  /** DNS names as A-labels, wildcards, IP addresses as text. */
  readonly names: readonly string[];
  /** How control of the names is proved, by challenge type. */
  readonly publish: Publishers;
  /** Default "P-256". A new key is made for each certificate. */
  readonly keyKind?: CertificateKeyKind;
  /** One of the directory's `meta.profiles`. */
  readonly profile?: string;
  /** The certificate this one succeeds, as `certificateId` makes it (RFC 9773). */
  readonly replaces?: string;
  /** The common name that the topmost certificate's issuer should have, where the CA offers several chains. */
  readonly issuer?: string;
  /** How long to wait, in all, and in which rhythm. */
  readonly polling?: Polling;
}

/** What `obtain` is told: the certificate, and the account that orders it. */
export interface ObtainRequest extends OrderedCertificate {
  /** The CA's directory (RFC 8555 section 7.1.1). */
  readonly directoryUrl: string;
  /** That a person agrees to the terms of service the directory names; a CA with terms refuses without. */
  readonly agreeToTerms: boolean;
  /** Worth keeping and passing again: CAs limit new accounts. Default: a new one. */
  readonly accountKey?: AccountKey;
  /** URLs such as "mailto:ops@example.com". */
  readonly contact?: readonly string[];
  /** Where the CA requires one (RFC 8555 section 7.3.4). */
  readonly externalAccountBinding?: ExternalAccountBinding;
  /** Default: an undici transport that lives as long as this call. */
  readonly transport?: Transport;
}

/** A certificate and all that serving and renewing it takes. */
export interface ObtainedCertificate {
  /** Leaf first, checked; `chain.pem` is for the server. */
  readonly chain: CertificateChain;
  /** PKCS #8. */
  readonly privateKeyPem: string;
  /** The given one, or the new one: to be kept. */
  readonly accountKey: AccountKey;
  /** The account it was ordered by. */
  readonly accountUrl: string;
}

/**
 * From a name to a certificate in one call, for programs that want no more. It keeps nothing: a crash in the
 * middle loses the key and leaves an order that expires. Programs that must not lose take the parts:
 * AcmeClient, OrderHandle, `poll`.
 *
 * @throws AcmeError, ChainError, TypeError for names or keys that cannot be, what a publisher throws, the reason
 *   of `polling.signal`.
 */
export async function obtain(request: ObtainRequest): Promise<ObtainedCertificate> {
  const { transport } = request;
  if (transport !== undefined) return obtainOver(transport, request);
  const own = undiciTransport();
  try {
    return await obtainOver(own, request);
  } finally {
    await own[Symbol.asyncDispose]();
  }
}

async function obtainOver(transport: Transport, request: ObtainRequest): Promise<ObtainedCertificate> {
  const { directoryUrl, agreeToTerms, contact, externalAccountBinding, polling = {} } = request;
  const { clock = systemClock, signal } = polling;
  const key = request.accountKey ?? generateAccountKey();
  const client = new AcmeClient({ directoryUrl, transport, key, now: () => clock.now() });
  const account = await client.newAccount(
    {
      termsOfServiceAgreed: agreeToTerms,
      ...(contact === undefined ? {} : { contact }),
      ...(externalAccountBinding === undefined ? {} : { externalAccountBinding }),
    },
    signal,
  );
  return { ...(await orderCertificate(client, request)), accountKey: key, accountUrl: account.url };
}

/**
 * Orders, proves control, finalizes and downloads as the client's account.
 *
 * @throws as `obtain`.
 */
export async function orderCertificate(
  client: AcmeClient,
  wanted: OrderedCertificate,
): Promise<Pick<ObtainedCertificate, "chain" | "privateKeyPem">> {
  const { names, publish, keyKind = "P-256", issuer = null, polling = {} } = wanted;
  const { signal } = polling;
  const left = sharedDeadline(polling);
  const key = await generateCertificateKey(keyKind);
  const csr = certificateRequest({ names, key });
  const { url, resource: order } = await placeOrder(client, wanted, signal);
  const { authorizations } = order;
  const withdraw = await proveControl(client, { authorizations, publishers: publish }, signal);
  try {
    const handle = new OrderHandle(client, url);
    const { certificate } = await handle.finalize(csr, left());
    const chain = await downloadChain(client, { url: certificate, issuer }, signal);
    demandNames("the certificate", namesOf(names.map(identifierOf)), chain.leaf.names);
    return { chain, privateKeyPem: key.export({ type: "pkcs8", format: "pem" }).toString() };
  } catch (error) {
    if (!(error instanceof AcmeError) || error.code !== "invalid") throw error;
    throw (await whyInvalid(client, authorizations, signal)) ?? error;
  } finally {
    await withdraw();
  }
}

async function placeOrder(
  client: AcmeClient,
  { names, profile, replaces }: OrderedCertificate,
  signal: AbortSignal | undefined,
): Promise<Retrieved<Order>> {
  const request: NewOrderRequest = {
    identifiers: names.map(identifierOf),
    ...(profile === undefined ? {} : { profile }),
  };
  const placed =
    replaces === undefined
      ? await client.newOrder(request, signal)
      : await client.newReplacementOrder({ ...request, replaces }, signal);
  demandNames("the order", namesOf(request.identifiers), namesOf(placed.resource.identifiers));
  return placed;
}

/** A CSR for other names than the order's is refused (RFC 8555 section 7.4), and other names are not wanted. */
function demandNames(what: string, asked: readonly string[], got: readonly string[]): void {
  const difference = nameDifference(asked, got);
  if (difference === null) return;
  const { missing, added } = difference;
  const parts = [
    missing.length === 0 ? [] : [`without ${missing.join(", ")}`],
    added.length === 0 ? [] : [`with ${added.join(", ")}, not asked for`],
  ];
  throw new AcmeError("bad-response", `${what} came ${parts.flat().join(" and ")}`);
}

/** An order that became invalid says so; which name it was, and why, stands in its authorizations. */
async function whyInvalid(
  client: AcmeClient,
  authorizations: readonly string[],
  signal: AbortSignal | undefined,
): Promise<AcmeError | null> {
  for (const url of authorizations) {
    const { resource } = await client.authorization(url, signal);
    if (resource.status === "invalid") return authorizationFailure(resource);
  }
  return null;
}
