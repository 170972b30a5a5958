import { STATUS_CODES } from "node:http";
import { type FinishedReply, hasHeader, replaceHeaders } from "./finished-reply.ts";

/** A reply as the bytes of HTTP/1.1: status line, headers, body (RFC 9112). */
export function rawResponse(reply: FinishedReply): Buffer {
  const { body } = reply;
  const length = hasHeader(reply, "Content-Length") ? {} : { "Content-Length": String(body.length) };
  return Buffer.concat([rawHead(replaceHeaders(reply, length)), body]);
}

/** Status line, headers and the empty line; without a length when the reply has none. */
export function rawHead(reply: FinishedReply): Buffer {
  const { status, headers } = reply;
  const lines = Object.entries(headers).flatMap(([name, value]) =>
    [value].flat().map((each) => `${name}: ${each}`),
  );
  if (!hasHeader(reply, "Date")) lines.push(`Date: ${new Date().toUTCString()}`);
  const statusLine = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}`;
  return Buffer.from([statusLine, ...lines, "", ""].join("\r\n"), "latin1");
}
