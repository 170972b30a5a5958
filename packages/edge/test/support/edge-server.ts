import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type {
  EdgeCertificate,
  EdgeChange,
  EdgeKeyPair,
  Operations,
  OutputOf,
  ProblemCode,
  Receipt,
  RequestOf,
} from "@certmill/api";
import { problemTypes } from "@certmill/api";
import type { TestCertificate } from "./test-ca.ts";

/** `twinOf`: absent: it is nobody's twin. */
type ToServe = TestCertificate & { readonly twinOf?: string };

/** How an answer goes wrong. `cut`: half of it is sent; `drop`: none; `hang`: nothing until the server closes. */
type Fault = "cut" | "drop" | "hang" | ProblemCode;

type EdgeOperation = "edgeSnapshot" | "edgeFeed" | "edgeCertificates" | "sendReceipts" | "demandCertificate";

type Answer = OutputOf<Operations[EdgeOperation]>;

/** Milliseconds that a poll is held at most, whatever its `wait` asks. */
const longestPoll = 30;

/**
 * The server's part of the edge operations, over real HTTP, with what the server would have in its
 * database in plain fields. Faults are put in a queue for each operation.
 */
export class EdgeServer implements AsyncDisposable {
  readonly token = "cm_edge_test";
  /** Every certificate handed out, by its id, in order. */
  readonly retrieved: string[] = [];
  /** Every receipt that came, repeated ones too. */
  readonly receipts: Receipt[] = [];
  /** The edge names that came with requests. */
  readonly edges = new Set<string>();
  /** Names without a certificate that are tried when they are asked for. */
  readonly begins = new Set<string>();
  /** Names without a certificate that nothing hastens. */
  readonly waits = new Set<string>();
  installation = 1;
  pageSize = 2;
  readonly #keyPairs = new Map<string, EdgeKeyPair>();
  readonly #current = new Map<string, EdgeCertificate>();
  readonly #changes: EdgeChange[] = [];
  readonly #faults = new Map<EdgeOperation, Fault[]>();
  readonly #asked = new Map<EdgeOperation, number>();
  #server = createServer((request, response) => void this.#answer(request, response));
  #port = 0;
  #wake: () => void = () => undefined;

  static async open(): Promise<EdgeServer> {
    const server = new EdgeServer();
    await server.start();
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** The same port as before, if there was one. */
  async start(): Promise<void> {
    this.#server = createServer((request, response) => void this.#answer(request, response));
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#server.listen(this.#port, "127.0.0.1", resolve);
    await promise;
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#server.close(() => resolve());
    this.#server.closeAllConnections();
    await promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#server.listening) await this.stop();
  }

  /** A certificate is stored: it is what the lineage is to be served with. */
  put(lineageId: string, certificateId: string, names: readonly string[], made: ToServe): void {
    const { twinOf = null, chainPem, keyPem, serial, notAfter } = made;
    const named = { lineageId, names: [...names], certificateId };
    this.#keyPairs.set(certificateId, { ...named, chainPem, keyPem });
    this.#current.set(lineageId, { ...named, serial, notAfter, twinOf });
    this.#append({ kind: "put", ...named, serial, notAfter, twinOf });
  }

  remove(lineageId: string): void {
    const { names = [], twinOf = null } = this.#current.get(lineageId) ?? {};
    this.#current.delete(lineageId);
    this.#append({ kind: "remove", lineageId, names, certificateId: null, twinOf });
  }

  isCurrent(certificateId: string): boolean {
    return [...this.#current.values()].some((current) => current.certificateId === certificateId);
  }

  /** Replaces what is handed out for a certificate. */
  corrupt(certificateId: string, part: Partial<EdgeKeyPair>): void {
    const pair = this.#keyPairs.get(certificateId);
    if (pair !== undefined) this.#keyPairs.set(certificateId, { ...pair, ...part });
  }

  /** A certificate cannot be fetched any more; the feed does not tell. */
  lose(certificateId: string): void {
    this.#keyPairs.delete(certificateId);
  }

  /** The next answers to an operation go wrong, one for each fault. */
  fail(operation: EdgeOperation, ...faults: readonly Fault[]): void {
    this.#faults.set(operation, [...(this.#faults.get(operation) ?? []), ...faults]);
  }

  asked(operation: EdgeOperation): number {
    return this.#asked.get(operation) ?? 0;
  }

  /** The certificates that a receipt without an error has come for, each once. */
  served(): readonly string[] {
    const served = this.receipts.filter(({ error }) => error === null);
    return [...new Set(served.map(({ certificateId }) => certificateId))].sort();
  }

  #append(change: EdgeChange): void {
    this.#changes.push(change);
    this.#wake();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", this.url);
    const operation = operationOf(url.pathname);
    this.#asked.set(operation, this.asked(operation) + 1);
    const fault = this.#faults.get(operation)?.shift();
    if (fault === "hang") return;
    if (fault === "drop") {
      request.socket.destroy();
      return;
    }
    const text = await bodyOf(request);
    const isKnown = request.headers.authorization === `Bearer ${this.token}`;
    const problem = fault === "cut" || fault === undefined ? null : fault;
    const answer = isKnown ? (problem ?? (await this.#handle(operation, url, text))) : "token-rejected";
    const [status, document] = isProblem(answer) ? problemOf(answer) : ([200, answer] as const);
    const body = JSON.stringify(document);
    response.writeHead(status, {
      "content-type": status === 200 ? "application/json" : "application/problem+json",
    });
    if (fault === "cut") response.write(body.slice(0, body.length / 2), () => request.socket.destroy());
    else response.end(body);
  }

  async #handle(operation: EdgeOperation, url: URL, body: string): Promise<Answer | ProblemCode> {
    const edge = url.searchParams.get("edge");
    if (edge !== null) this.edges.add(edge);
    switch (operation) {
      case "edgeSnapshot":
        return this.#snapshot(url.searchParams.get("after"));
      case "edgeFeed":
        return await this.#feed(url.searchParams.get("after") ?? "");
      case "demandCertificate":
        return this.#demand((JSON.parse(body) as { name: string }).name);
      case "edgeCertificates":
        return this.#certificates((JSON.parse(body) as { ids: string[] }).ids);
      case "sendReceipts":
        return this.#receive(JSON.parse(body) as RequestOf<Operations["sendReceipts"]>["body"]);
    }
  }

  #snapshot(after: string | null): OutputOf<Operations["edgeSnapshot"]> {
    const from = Number(after ?? 0);
    const to = from + this.pageSize;
    const all = [...this.#current.values()];
    const next = to < all.length ? String(to) : null;
    return { items: all.slice(from, to), next, cursor: this.#cursor(this.#changes.length) };
  }

  async #feed(after: string): Promise<OutputOf<Operations["edgeFeed"]> | ProblemCode> {
    const [installation, place] = after.split("-").map(Number);
    if (installation !== this.installation || place === undefined || place > this.#changes.length) {
      return "cursor-unknown";
    }
    if (place === this.#changes.length) await this.#news();
    const changes = newestOfEach(this.#changes.slice(place));
    return { changes, cursor: this.#cursor(this.#changes.length) };
  }

  #demand(name: string): OutputOf<Operations["demandCertificate"]> {
    const above = `*${name.slice(name.indexOf("."))}`;
    for (const [at, coveredBy] of [
      [name, "name"],
      [above, "wildcard"],
    ] as const) {
      const certificate = [...this.#current.values()].find(({ names }) => names.includes(at));
      if (certificate !== undefined) return { kind: "served", certificate };
      if (this.begins.has(at)) return { kind: "begun", certificate: null, coveredBy };
      if (this.waits.has(at)) return { kind: "waiting", certificate: null, coveredBy };
    }
    return { kind: "unknown", certificate: null };
  }

  #certificates(ids: readonly string[]): OutputOf<Operations["edgeCertificates"]> {
    const found = ids.filter((id) => this.#keyPairs.has(id));
    this.retrieved.push(...found);
    return { items: found.flatMap((id) => this.#keyPairs.get(id) ?? []) };
  }

  #receive({
    edge,
    receipts,
  }: RequestOf<Operations["sendReceipts"]>["body"]): OutputOf<Operations["sendReceipts"]> {
    this.edges.add(edge);
    this.receipts.push(...receipts);
    return { recorded: receipts.length };
  }

  #cursor(place: number): string {
    return `${this.installation}-${place}`;
  }

  async #news(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, longestPoll);
    const others = this.#wake;
    this.#wake = () => {
      others();
      resolve();
    };
    await promise;
    clearTimeout(timer);
  }
}

/** As the server does it: what a lineage's newest change is, once. */
function newestOfEach(changes: readonly EdgeChange[]): EdgeChange[] {
  return [...new Map(changes.map((change) => [change.lineageId, change])).values()];
}

function operationOf(path: string): EdgeOperation {
  if (path === "/v1/edge/snapshot") return "edgeSnapshot";
  if (path === "/v1/edge/feed") return "edgeFeed";
  if (path === "/v1/edge/receipts") return "sendReceipts";
  if (path === "/v1/edge/demands") return "demandCertificate";
  return "edgeCertificates";
}

function isProblem(answer: Answer | ProblemCode): answer is ProblemCode {
  return typeof answer === "string";
}

function problemOf(code: ProblemCode): readonly [number, unknown] {
  const { status, title, remedy } = problemTypes[code];
  return [
    status,
    { type: `https://certmill.dev/problems/${code}`, title, status, detail: `${title}. ${remedy}`, code },
  ];
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}
