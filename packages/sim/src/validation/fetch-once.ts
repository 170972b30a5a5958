import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { isIP } from "node:net";
import { readBytes } from "../http/read-bytes.ts";
import { failureText, type Stage } from "./view.ts";

export interface Fetched {
  readonly status: number;
  readonly location: string | null;
  /** At most as many bytes as were asked for; the rest is not read. */
  readonly body: Buffer;
}

export interface FetchFailure {
  readonly stage: Stage;
  readonly text: string;
}

// Without keep-alive an agent holds no connection; one per request would cost as much as the request.
const HTTP_AGENT = new HttpAgent({ keepAlive: false });
const HTTPS_AGENT = new HttpsAgent({ keepAlive: false, maxCachedSessions: 0, rejectUnauthorized: false });
const USER_AGENT = "Mozilla/5.0 (compatible; Certmill sim CA validation)";

/**
 * One GET of `url` from one address, on a connection of its own. Certificates are not verified: whoever is to
 * get a first certificate has none.
 */
export async function fetchOnce(request: {
  readonly url: URL;
  readonly address: string;
  readonly port: number;
  /** Source address; `null`: the system's choice. */
  readonly from: string | null;
  readonly mostBytes: number;
  readonly signal: AbortSignal;
}): Promise<Fetched | { readonly failed: FetchFailure }> {
  const { url, address, port, from, mostBytes, signal } = request;
  const secure = url.protocol === "https:";
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const outgoing = (secure ? httpsRequest : httpRequest)(
    {
      host: address,
      port,
      path: url.pathname + url.search,
      headers: { Host: url.host, "User-Agent": USER_AGENT, Accept: "*/*" },
      agent: secure ? HTTPS_AGENT : HTTP_AGENT,
      signal,
      ...(isIP(host) === 0 && { servername: host }),
      ...(from !== null && address.startsWith("127.") && { localAddress: from }),
    },
    resolve,
  );
  let stage: Stage = "connect";
  outgoing.once("socket", (socket) => {
    socket.once("connect", () => {
      stage = "answer";
    });
  });
  outgoing.on("error", reject);
  outgoing.end();
  try {
    const response = await promise;
    const { bytes: body, end } = await readBytes(response, mostBytes);
    if (end === "cut") return { failed: { stage, text: failureText(null, stage, signal) } };
    return { status: response.statusCode ?? 0, location: response.headers.location ?? null, body };
  } catch (error) {
    return { failed: { stage, text: failureText(error, stage, signal) } };
  } finally {
    outgoing.destroy();
  }
}
