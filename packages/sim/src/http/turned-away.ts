import type { Turning } from "../limits/request-limits.ts";
import { problemDocument } from "../problem.ts";
import type { Reply } from "./reply.ts";

/** nginx 1.x. */
const TOO_MANY_REQUESTS = [
  "<html>",
  "<head><title>429 Too Many Requests</title></head>",
  "<body>",
  "<center><h1>429 Too Many Requests</h1></center>",
  "<hr><center>nginx</center>",
  "</body>",
  "</html>",
  "",
].join("\r\n");

/** What the machine before the CA says to a request that does not get as far as the CA. */
export function turnedAway({ kind, retryAfter }: Turning): Reply {
  switch (kind) {
    case "busy":
      return busy(retryAfter);
    case "nginx":
      return { status: 429, headers: {}, content: { kind: "html", text: TOO_MANY_REQUESTS } };
  }
}

/** As Let's Encrypt sheds load. @param retryAfter in seconds. */
export function busy(retryAfter: number): Reply {
  const document = problemDocument("rateLimited", "Service busy; retry later.", { status: 503 });
  return {
    status: 503,
    headers: { "Retry-After": String(retryAfter) },
    content: { kind: "problem", value: document },
  };
}
