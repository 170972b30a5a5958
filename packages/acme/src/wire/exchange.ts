import type { Dispatcher } from "undici";
import { AcmeError } from "./acme-error.ts";
import type { AcmeHttpHeaders, AcmeHttpRequest, AcmeHttpResponse } from "./transport.ts";

export interface ExchangeLimits {
  /** Milliseconds from now to the last byte of the answer. */
  readonly timeout: number;
  /** Of the body. */
  readonly maxResponseBytes: number;
}

/**
 * One request under way, as undici tells of it. The answer is handed out whole or not at all: whatever ends the
 * exchange before (the deadline, the caller's signal, a body that is too long, a lost connection) rejects it at
 * once, and undici then drops the request or the connection it is on.
 */
export class Exchange implements Dispatcher.DispatchHandler {
  readonly #request: AcmeHttpRequest;
  readonly #limits: ExchangeLimits;
  readonly #answer = Promise.withResolvers<AcmeHttpResponse>();
  readonly #deadline: NodeJS.Timeout;
  readonly #onAbort: (() => void) | null;
  readonly #chunks: Buffer[] = [];
  #length = 0;
  #status = 0;
  #headers: Dispatcher.ResponseData["headers"] = {};
  #controller: Dispatcher.DispatchController | null = null;
  #isOver = false;

  constructor(request: AcmeHttpRequest, limits: ExchangeLimits) {
    this.#request = request;
    this.#limits = limits;
    this.#deadline = setTimeout(expire, limits.timeout, this);
    const { signal } = request;
    this.#onAbort = signal === null ? null : () => this.end(signal.reason);
    if (this.#onAbort !== null) signal?.addEventListener("abort", this.#onAbort, { once: true });
  }

  get answer(): Promise<AcmeHttpResponse> {
    return this.#answer.promise;
  }

  /** Ends the exchange without an answer. Nothing happens when it is over already. */
  end(reason: unknown): void {
    if (this.#isOver) return;
    this.#close();
    this.#answer.reject(reason);
    this.#controller?.abort(new Error("the request was given up"));
  }

  get timeout(): number {
    return this.#limits.timeout;
  }

  /** @throws Error for a request that was given up while it queued: undici then sends nothing. */
  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.#isOver) throw new Error("the request was given up before it was sent");
    this.#controller = controller;
  }

  onResponseStart(
    _: Dispatcher.DispatchController,
    status: number,
    headers: Dispatcher.ResponseData["headers"],
  ): void {
    if (status < 200) return;
    this.#status = status;
    this.#headers = headers;
    if (this.#isOpenEnded()) {
      this.end(new AcmeError("bad-response", `${this.#request.url}: a body of no stated length`));
    }
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#isOver) return;
    const most = this.#limits.maxResponseBytes;
    this.#length += chunk.length;
    if (this.#length <= most) this.#chunks.push(chunk);
    else this.end(new AcmeError("bad-response", `${this.#request.url}: over ${most} bytes`));
  }

  onResponseEnd(): void {
    if (this.#isOver) return;
    this.#close();
    this.#answer.resolve({
      status: this.#status,
      headers: new IncomingHeaders(this.#headers),
      body: this.#text(),
    });
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    this.end(error);
  }

  /**
   * A body that ends where the connection does (RFC 9112 section 6.3) looks whole wherever it is cut. Half an
   * error page does no harm, half a chain would.
   */
  #isOpenEnded(): boolean {
    const isSuccess = this.#status < 300 && this.#status !== 204;
    const hasLength =
      this.#headers["content-length"] !== undefined || this.#headers["transfer-encoding"] !== undefined;
    return isSuccess && !hasLength && this.#request.method !== "HEAD";
  }

  #text(): string {
    const [first] = this.#chunks;
    if (first === undefined) return "";
    const whole = this.#chunks.length === 1 ? first : Buffer.concat(this.#chunks, this.#length);
    return whole.toString("utf8");
  }

  #close(): void {
    this.#isOver = true;
    clearTimeout(this.#deadline);
    if (this.#onAbort !== null) this.#request.signal?.removeEventListener("abort", this.#onAbort);
  }
}

function expire(exchange: Exchange): void {
  exchange.end(new Error(`no whole answer within ${exchange.timeout} ms`));
}

class IncomingHeaders implements AcmeHttpHeaders {
  readonly #fields: Dispatcher.ResponseData["headers"];

  constructor(fields: Dispatcher.ResponseData["headers"]) {
    this.#fields = fields;
  }

  get(name: string): string | null {
    const value = this.#fields[name];
    return Array.isArray(value) ? value.join(", ") : (value ?? null);
  }
}
