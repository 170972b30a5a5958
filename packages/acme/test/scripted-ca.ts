import { answer, readRequestBody, startHttpServer } from "./http-server.ts";

/** One answer of the CA. `nonce: null` leaves the header out; left out itself, there is a fresh one. */
export interface ScriptedAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text as it is; anything else as JSON. */
  readonly body?: unknown;
  readonly nonce?: string | null;
}

/** A request as the CA saw it; `header` and `payload` are those of the JWS, null when there is none. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly contentType: string | null;
  readonly accept: string | null;
  readonly ifNoneMatch: string | null;
  readonly header: Readonly<Record<string, unknown>> | null;
  readonly payload: unknown;
}

/** A CA without a mind of its own: a directory, nonces, and for each path the answers a test gives. */
export interface ScriptedCa extends AsyncDisposable {
  readonly origin: string;
  readonly directoryUrl: string;
  readonly seen: readonly SeenRequest[];
  /** The next answers of a path, each used once. */
  script(path: string, ...answers: readonly ScriptedAnswer[]): void;
}

/** The resources that not every CA has, all of them. */
export const everyResource = {
  newAuthz: "/new-authz",
  revokeCert: "/revoke",
  keyChange: "/key-change",
  renewalInfo: "/renewal-info",
} as const;

/** @param resources further members of the directory: paths by name. */
export async function startScriptedCa(
  meta: unknown = null,
  resources: Readonly<Record<string, string>> = {},
): Promise<ScriptedCa> {
  const seen: SeenRequest[] = [];
  const scripts = new Map<string, ScriptedAnswer[]>();
  let nonces = 0;
  const server = await startHttpServer(async (request, response) => {
    const path = request.url ?? "";
    seen.push({
      method: request.method ?? "",
      path,
      contentType: request.headers["content-type"] ?? null,
      accept: request.headers.accept ?? null,
      ifNoneMatch: request.headers["if-none-match"] ?? null,
      ...readJws(await readRequestBody(request)),
    });
    const next = scripts.get(path)?.shift() ?? standing(path);
    nonces += 1;
    const nonce = next.nonce === undefined ? `fresh${nonces}` : next.nonce;
    const headers = { ...next.headers, ...(nonce === null ? {} : { "replay-nonce": nonce }) };
    const body = typeof next.body === "string" ? next.body : JSON.stringify(next.body ?? {});
    answer(response, next.status ?? 200, headers, body);
  });
  const { origin } = server;
  const directory = {
    newNonce: `${origin}/nonce`,
    newAccount: `${origin}/account`,
    newOrder: `${origin}/order`,
    ...Object.fromEntries(Object.entries(resources).map(([name, path]) => [name, origin + path])),
    meta,
  };

  function standing(path: string): ScriptedAnswer {
    if (path === "/directory") return { body: directory, nonce: null };
    return path === "/nonce" ? {} : { status: 404, body: "nothing scripted" };
  }

  return {
    origin,
    directoryUrl: `${origin}/directory`,
    seen,
    script: (path, ...answers) => {
      scripts.set(path, [...(scripts.get(path) ?? []), ...answers]);
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

function readJws(body: string): Pick<SeenRequest, "header" | "payload"> {
  if (body === "") return { header: null, payload: null };
  const jws = JSON.parse(body);
  const payload = decode(jws.payload);
  return { header: JSON.parse(decode(jws.protected)), payload: payload === "" ? "" : JSON.parse(payload) };
}

function decode(part: string): string {
  return Buffer.from(part, "base64url").toString("utf8");
}

export const problem = (type: string, status: number, more: object = {}): ScriptedAnswer => ({
  status,
  headers: { "content-type": "application/problem+json" },
  body: { type: `urn:ietf:params:acme:error:${type}`, detail: `because ${type}`, ...more },
});
