import { request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { isIP } from "node:net";

export interface Fetched {
  readonly status: number;
  readonly location: string | null;
  /** At most as many bytes as were asked for; the rest is not read. */
  readonly body: Buffer;
}

/** `connect`: nobody was reached. `answer`: somebody was, but gave no whole answer. Boulder's words. */
export interface FetchFailure {
  readonly stage: "connect" | "answer";
  readonly text: string;
}

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
  const host = url.hostname;
  const start = url.protocol === "https:" ? httpsRequest : httpRequest;
  const bareHost = host.replace(/^\[(.*)\]$/, "$1");
  let stage: FetchFailure["stage"] = "connect";
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const outgoing = start(
    {
      host: address,
      port,
      path: url.pathname + url.search,
      headers: {
        Host: url.host,
        "User-Agent": "Mozilla/5.0 (compatible; Certmill sim CA validation)",
        Accept: "*/*",
        Connection: "close",
      },
      agent: false,
      signal,
      rejectUnauthorized: false,
      ...(isIP(bareHost) === 0 && { servername: bareHost }),
      ...(from !== null && address.startsWith("127.") && { localAddress: from }),
    },
    resolve,
  );
  outgoing.once("socket", (socket) => {
    socket.once("connect", () => {
      stage = "answer";
    });
  });
  outgoing.once("error", reject);
  outgoing.end();
  try {
    const response = await promise;
    const body = await readUpTo(response, mostBytes);
    return { status: response.statusCode ?? 0, location: response.headers.location ?? null, body };
  } catch (error) {
    return { failed: { stage, text: failureText(error, stage) } };
  } finally {
    outgoing.destroy();
  }
}

async function readUpTo(response: IncomingMessage, mostBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response) {
    const bytes: Buffer = chunk;
    chunks.push(bytes);
    length += bytes.length;
    if (length >= mostBytes) break;
  }
  return Buffer.concat(chunks).subarray(0, mostBytes);
}

function failureText(error: unknown, stage: FetchFailure["stage"]): string {
  const code = error instanceof Error && "code" in error ? error.code : null;
  switch (code) {
    case "ECONNREFUSED":
      return "Connection refused";
    case "ECONNRESET":
      return "Connection reset by peer";
    case "ABORT_ERR":
    case "ETIMEDOUT":
      return stage === "connect"
        ? "Timeout during connect (likely firewall problem)"
        : "Timeout after connect (your server may be slow or overloaded)";
    default:
      return "Error getting validation data";
  }
}
