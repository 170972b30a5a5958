/**
 * A door of its own beside the CAs, for whoever tests: GET tells how they are, POST takes changes. On 127.0.0.1, without
 * any secret, as that of other test CAs.
 */
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { readBytes } from "../http/read-bytes.ts";
import type { SimCa } from "../sim-ca.ts";
import { ChangeError, parseChanges } from "./change.ts";
import type { Schedule } from "./schedule.ts";

const largestBody = 1_048_576;

export interface Management extends AsyncDisposable {
  readonly url: string;
}

/** @throws what `listen` throws. */
export async function startManagement(
  port: number,
  cas: readonly SimCa[],
  schedule: Schedule,
): Promise<Management> {
  const server = createServer((request, response) => {
    void answer(request, { cas, schedule }).then(({ status, value }) => {
      response.writeHead(status, { "content-type": "application/json" });
      response.end(`${JSON.stringify(value)}\n`);
    });
  });
  const { promise: listening, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject);
  server.listen(port, "127.0.0.1", resolve);
  await listening;
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    [Symbol.asyncDispose]: async () => {
      const { promise: closed, resolve: close } = Promise.withResolvers<void>();
      server.close(() => close());
      server.closeAllConnections();
      await closed;
    },
  };
}

interface Managed {
  readonly cas: readonly SimCa[];
  readonly schedule: Schedule;
}

async function answer(
  request: IncomingMessage,
  { cas, schedule }: Managed,
): Promise<{ readonly status: number; readonly value: unknown }> {
  const state = () =>
    cas.map((ca) => ({ directoryUrl: ca.directoryUrl, counts: ca.counts(), limits: ca.limits }));
  if (request.url !== "/")
    return { status: 404, value: { error: "There is only /: GET, or POST of changes" } };
  if (request.method === "GET") return { status: 200, value: { cas: state() } };
  if (request.method !== "POST") return { status: 405, value: { error: "GET, or POST of changes" } };
  try {
    const { bytes, end } = await readBytes(request, largestBody);
    if (end !== "whole") throw new ChangeError(`The changes must be of less than ${largestBody} bytes`);
    schedule.add(parseChanges(bytes.toString("utf8"), cas.length));
    return { status: 200, value: { cas: state() } };
  } catch (error) {
    if (!(error instanceof ChangeError || error instanceof RangeError)) throw error;
    return { status: 400, value: { error: error.message } };
  }
}
