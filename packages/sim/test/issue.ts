import { X509Certificate } from "node:crypto";
import { certificateRequest, type Json, type TestClient } from "./test-client.ts";

export interface Issued {
  readonly order: Json;
  readonly orderUrl: string;
  readonly leaf: X509Certificate;
  /** What RFC 9773 section 4.1 names it. */
  readonly certificateId: string;
}

/** A certificate of a CA that believes every challenge. @param extra further members of the newOrder payload. */
export async function issue(client: TestClient, names: readonly string[], extra: Json = {}): Promise<Issued> {
  const identifiers = names.map((value) => ({ type: "dns", value }));
  const { json, headers, text } = await client.post(client.url("newOrder"), { identifiers, ...extra });
  const orderUrl = headers.get("location");
  if (orderUrl === null) throw new Error(`newOrder is refused: ${text}`);
  for (const { url } of await client.challenges(json)) await client.post(url, {});
  const { csr } = await certificateRequest(names.map((name) => `DNS:${name}`));
  await client.post(String(json["finalize"]), { csr });
  const order = await client.settled(orderUrl, "processing");
  const chain = await client.post(String(order["certificate"]), null);
  const leaf = new X509Certificate(chain.text);
  return { order, orderUrl, leaf, certificateId: certificateIdOf(leaf) };
}

/** By other means than the CA: the octets are looked for in the certificate's DER. */
function certificateIdOf({ raw, serialNumber }: X509Certificate): string {
  // OBJECT IDENTIFIER 2.5.29.35, an OCTET STRING of a SEQUENCE of [0] of 20 octets.
  const before = Buffer.from("0603551d23041830168014", "hex");
  const at = raw.indexOf(before) + before.length;
  const serial = Buffer.from(serialNumber, "hex");
  const signed = (serial[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.of(0), serial]) : serial;
  return `${raw.subarray(at, at + 20).toString("base64url")}.${signed.toString("base64url")}`;
}
