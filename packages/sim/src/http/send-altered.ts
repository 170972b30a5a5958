import type { ServerResponse } from "node:http";
import type { RawBytes } from "../quirks/alteration.ts";
import { type FinishedReply, hasHeader } from "../quirks/finished-reply.ts";

/** Sends what an alteration made of a reply. */
export function sendAltered(response: ServerResponse, sending: FinishedReply | RawBytes): void {
  if ("raw" in sending) {
    sendRaw(response, sending);
    return;
  }
  const { status, headers, body } = sending;
  response.statusCode = status;
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  if (!hasHeader(sending, "Content-Length")) response.setHeader("Content-Length", body.length);
  response.end(body);
}

/** Past Node's HTTP, which would not send half a response. */
function sendRaw({ socket }: ServerResponse, { raw, afterwards }: RawBytes): void {
  if (socket === null) return;
  socket.write(raw, () => {
    if (afterwards === "close") socket.destroy();
    else afterwards(socket);
  });
}
