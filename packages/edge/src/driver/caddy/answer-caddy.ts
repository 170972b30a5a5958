import { isIP } from "node:net";
import type { ServedCertificate } from "../../agent.ts";
import { parseAskedName } from "../asked-name.ts";
import { type DoorAnswer, say, serverAway } from "../door/open-door.ts";
import type { BundleCache } from "./bundle-cache.ts";
import { verifiesEcdsa } from "./verifies-ecdsa.ts";

/**
 * `GET /cert?server_name=NAME&signature_schemes=…&cipher_suites=…`, as Caddy's `get_certificate http` asks in each
 * handshake. 200 has the chain and the key in one body, of a pair those that the client can verify; 204 says that the name is not ours, and Caddy goes on to its own
 * issuers if it has some; any other status ends the handshake.
 */
export async function answerCertificate(
  query: URLSearchParams,
  certificateFor: (name: string) => Promise<ServedCertificate | null>,
  cache: BundleCache,
): Promise<DoorAnswer> {
  const asked = query.get("server_name");
  if (asked === null) return say(400, "The query has no server_name.");
  // A client that names nobody is after the address it came to, which newer versions of Caddy tell.
  const address = query.get("local_ip") ?? "";
  if (asked === "" && isIP(address) === 0) return notOurs;
  const name = parseAskedName(asked === "" ? address : asked);
  if (name === null) return say(400, "The server_name is no host name.");
  const certificate = await certificateFor(name);
  if (certificate === null) return notOurs;
  const { twin } = certificate;
  const text = await cache.get(twin === null || verifiesEcdsa(query) ? certificate : twin);
  if (text === null) return say(503, `The files of ${name} are not there; they are being made anew.`);
  return { status: 200, body: { type: "application/pem-certificate-chain", text } };
}

const notOurs = { status: 204, body: null } as const;

/**
 * `GET /ask?domain=NAME`, as Caddy's `on_demand_tls` asks before it orders a certificate by itself: 200 for yes; whatever
 * else is no.
 */
export async function answerAsk(
  query: URLSearchParams,
  mayOrder: (name: string) => Promise<boolean | null>,
): Promise<DoorAnswer> {
  const name = parseAskedName(query.get("domain") ?? "");
  if (name === null) return noDomain;
  const mayBe = await mayOrder(name);
  if (mayBe === null) return serverAway;
  return mayBe
    ? say(200, `Yes: ${name} is a domain here.`)
    : say(403, `No: ${name} is not a domain here whose certificate may be ordered now.`);
}

/**
 * `GET /has?domain=NAME`, for Caddys that ask before they fetch: yes to what they are given a certificate for next, so
 * that none of them ever orders one.
 */
export async function answerHas(
  query: URLSearchParams,
  certificateFor: (name: string) => Promise<ServedCertificate | null>,
): Promise<DoorAnswer> {
  const name = parseAskedName(query.get("domain") ?? "");
  if (name === null) return noDomain;
  return (await certificateFor(name)) === null
    ? say(403, `No: there is no certificate for ${name} here.`)
    : say(200, `Yes: there is a certificate for ${name} here.`);
}

const noDomain = say(400, "The query has no domain that is a host name.");
