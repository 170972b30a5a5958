import { once } from "node:events";
import { request } from "node:http";

export interface PlainAnswer {
  readonly status: number;
  readonly type: string;
  readonly location: string | null;
  readonly body: string;
}

interface PlainGet {
  readonly port: number;
  readonly host: string;
  readonly path: string;
}

/** Over a connection of its own, as a CA does, with a Host of its own, which fetch does not send. */
export async function get({ port, host, path }: PlainGet): Promise<PlainAnswer> {
  const signal = AbortSignal.timeout(20_000);
  const sent = request({ host: "127.0.0.1", port, path, headers: { host }, agent: false, signal });
  sent.end();
  const [response] = await once(sent, "response");
  const body = Buffer.concat(await response.toArray()).toString();
  const { "content-type": type = "", location = null } = response.headers;
  return { status: response.statusCode ?? 0, type, location, body };
}
