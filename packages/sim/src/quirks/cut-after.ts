import type { ReplyAlteration } from "./alteration.ts";
import { rawResponse } from "./raw-response.ts";

/**
 * The connection is cut after exactly this many bytes of the whole response: status line, headers, body. The
 * whole of it has `rawResponse(reply).length`.
 */
export const cutAfter =
  (bytes: number): ReplyAlteration =>
  (reply) => ({ raw: rawResponse(reply).subarray(0, bytes), afterwards: "close" });
