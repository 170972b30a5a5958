import { isRecord, type JsonRecord } from "../record.ts";
import type { ReplyAlteration } from "./alteration.ts";
import { replaceHeaders } from "./finished-reply.ts";

/**
 * The JSON document of the reply is what `edit` makes of it.
 *
 * The alteration throws an Error for a reply whose body is no JSON object.
 */
export const withJson =
  (edit: (document: JsonRecord) => unknown): ReplyAlteration =>
  (reply) => {
    const document: unknown = JSON.parse(reply.body.toString());
    if (!isRecord(document)) throw new Error("the reply's body is no JSON object");
    return { ...reply, body: Buffer.from(JSON.stringify(edit(document))) };
  };

/** To a reply of newOrder or order: the CA adds a DNS name that was not asked for. */
export const addsName = (name: string): ReplyAlteration =>
  withJson((order) => {
    const { identifiers } = order;
    if (!Array.isArray(identifiers)) throw new Error("the reply is no order");
    return { ...order, identifiers: [...(identifiers as unknown[]), { type: "dns", value: name }] };
  });

/** A web page where a JSON document or a chain should be, as of a proxy before the CA. */
export const html =
  (status: number, headers: Readonly<Record<string, string>> = {}): ReplyAlteration =>
  (reply) => ({
    ...replaceHeaders(reply, { Location: null, "Content-Type": "text/html; charset=utf-8", ...headers }),
    status,
    body: Buffer.from(`<!doctype html>\n<title>${status}</title>\n<p>Not what you asked for.</p>\n`),
  });

/** The body is filled up with spaces, which JSON and PEM allow at the end, to this many bytes. */
export const oversized =
  (bytes: number): ReplyAlteration =>
  (reply) => ({
    ...reply,
    body: Buffer.concat([reply.body, Buffer.alloc(Math.max(0, bytes - reply.body.length), " ")]),
  });

/** 302 to another place, with an empty body. */
export const redirect =
  (location: string): ReplyAlteration =>
  (reply) => ({
    ...replaceHeaders(reply, { Location: location, "Content-Type": null }),
    status: 302,
    body: Buffer.alloc(0),
  });

/** To a reply of certificate: the issuer before the leaf. */
export const reversedChain: ReplyAlteration = (reply) => {
  const certificates = reply.body.toString().match(/-----BEGIN [^]+?-----END CERTIFICATE-----\n/g) ?? [];
  return { ...reply, body: Buffer.from(certificates.reverse().join("")) };
};
