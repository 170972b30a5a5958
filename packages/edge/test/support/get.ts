import { request } from "node:http";

export interface Got {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

export interface GetRequest {
  readonly port: number;
  /** As it goes over the wire. */
  readonly path: string;
  readonly method?: string;
  readonly host?: string;
}

/** One request to 127.0.0.1. */
export async function get({ port, path, method = "GET", host }: GetRequest): Promise<Got> {
  const { promise, resolve, reject } = Promise.withResolvers<Got>();
  const headers = host === undefined ? {} : { host };
  const options = { host: "127.0.0.1", port, path, method, headers, agent: false } as const;
  const outgoing = request({ ...options, signal: AbortSignal.timeout(20_000) }, (response) => {
    let body = "";
    response.setEncoding("utf8").on("data", (piece: string) => {
      body += piece;
    });
    response.once("error", reject).once("end", () => {
      const type = response.headers["content-type"] ?? "";
      resolve({ status: response.statusCode ?? 0, type, body });
    });
  });
  outgoing.once("error", reject).end();
  return await promise;
}
