import {
  isTextBody,
  type Operation,
  type OutputOf,
  type Route,
  type StreamEventOf,
  type StreamOperation,
} from "../operation.ts";
import { ApiError } from "./api-error.ts";
import { eventsOf } from "./event-stream.ts";
import type { AnyInput, InputOf } from "./operation-input.ts";
import { operationUrl } from "./operation-url.ts";
import { problemOf } from "./problem-of.ts";
import { ServerUnreachable } from "./server-unreachable.ts";

export interface ClientOptions {
  /** With or without a path: `https://certmill.example.com` or `https://ops.example.com/certmill`. */
  readonly baseUrl: string;
  /** Asked for at each call where it is a function. Null: only the operations without a scope can be called. */
  readonly token: string | null | (() => Promise<string>);
  readonly fetch?: typeof fetch;
  /** Milliseconds for one call, the time of a long poll not counted. Default 30,000. */
  readonly timeout?: number;
}

export interface Client {
  /**
   * Calls an operation.
   *
   * @returns the body of any status that the operation declares.
   * @throws {ApiError} for any other status.
   * @throws {ServerUnreachable} when no whole answer comes in time.
   * @throws the signal's reason when the caller gives up.
   * @throws what asking for the token throws.
   */
  call<O extends Operation>(operation: O | Route<O>, ...input: ArgumentsOf<O>): Promise<OutputOf<O>>;
}

/** One that follows streams, too. */
export interface LiveClient extends Client {
  /**
   * The events of a stream, for as long as the server and the caller like; see also `keepFollowing`.
   *
   * @throws {ApiError} when the server refuses.
   * @throws {ServerUnreachable} when it does not answer, breaks off or falls silent for longer than its comments do.
   * @throws the signal's reason when the caller gives up.
   */
  follow<O extends StreamOperation>(
    operation: O,
    ...input: ArgumentsOf<O>
  ): AsyncGenerator<StreamEventOf<O>, void, undefined>;
}

/** An operation that needs nothing can be called with nothing. */
type ArgumentsOf<O extends Operation> =
  Partial<InputOf<O>> extends InputOf<O> ? [input?: InputOf<O>] : [input: InputOf<O>];

/** A client of the operations table: an operation is passed in, its types come out. */
export function createClient(options: ClientOptions): LiveClient {
  const { baseUrl, token, fetch: send = fetch, timeout = 30_000 } = options;

  async function call<O extends Operation>(
    operation: O | Route<O>,
    ...[input]: ArgumentsOf<O>
  ): Promise<OutputOf<O>> {
    const given: AnyInput = input ?? {};
    const bearer = typeof token === "function" ? await token() : token;
    const deadline = AbortSignal.timeout(timeout + longPollMilliseconds(given));
    const signal = given.signal === undefined ? deadline : AbortSignal.any([given.signal, deadline]);
    try {
      const response = await send(operationUrl(baseUrl, operation, given), {
        method: operation.method,
        headers: headersOf(given, bearer),
        signal,
        ...(given.body === undefined ? {} : { body: JSON.stringify(given.body) }),
      });
      return (await bodyOf(operation, response)) as OutputOf<O>;
    } catch (error) {
      if (error instanceof ApiError) throw error;
      given.signal?.throwIfAborted();
      throw new ServerUnreachable(baseUrl, error);
    }
  }

  async function* follow<O extends StreamOperation>(
    operation: O,
    ...[input]: ArgumentsOf<O>
  ): AsyncGenerator<StreamEventOf<O>, void, undefined> {
    const given: AnyInput = input ?? {};
    const bearer = typeof token === "function" ? await token() : token;
    const silence = new Silence();
    const signal =
      given.signal === undefined ? silence.signal : AbortSignal.any([given.signal, silence.signal]);
    try {
      silence.after(timeout);
      const headers = { ...headersOf(given, bearer), accept: operation.responses[200].mediaType };
      const response = await send(operationUrl(baseUrl, operation, given), { headers, signal });
      if (response.status !== 200 || response.body === null)
        throw new ApiError(await problemOf(response), retryAfterOf(response));
      silence.after(longestSilence);
      for await (const { event, data, id } of eventsOf(response.body, () => silence.after(longestSilence)))
        yield { event, data: JSON.parse(data), id };
    } catch (error) {
      if (error instanceof ApiError) throw error;
      given.signal?.throwIfAborted();
      throw new ServerUnreachable(baseUrl, error);
    } finally {
      silence.end();
    }
  }

  return { call, follow };
}

/** Three times as long as the server is silent at most. */
const longestSilence = 45_000;

/** Aborts when nothing was heard for a while. */
class Silence {
  readonly #controller = new AbortController();
  #timer: ReturnType<typeof setTimeout> | null = null;

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  after(milliseconds: number): void {
    this.end();
    this.#timer = setTimeout(
      () => this.#controller.abort(new DOMException("Nothing was heard.", "TimeoutError")),
      milliseconds,
    );
  }

  end(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
  }
}

/** A long poll is held open for as long as its `wait` asks, in seconds. */
function longPollMilliseconds(input: AnyInput): number {
  const wait = input.query?.["wait"];
  return typeof wait === "number" ? wait * 1_000 : 0;
}

function headersOf(input: AnyInput, token: string | null): Record<string, string> {
  return {
    accept: "application/json, application/problem+json, */*;q=0.1",
    ...(token === null ? {} : { authorization: `Bearer ${token}` }),
    ...(input.body === undefined ? {} : { "content-type": "application/json" }),
    ...(input.idempotencyKey === undefined ? {} : { "idempotency-key": input.idempotencyKey }),
  };
}

/** The body as the operation declares it for this status. @throws {ApiError} when it declares none. */
async function bodyOf(
  { responses }: Pick<Route<Operation>, "responses">,
  response: Response,
): Promise<unknown> {
  const declared = responses[response.status];
  if (declared !== undefined && isTextBody(declared)) return await response.text();
  const isJson = /^application\/json\b/.test(response.headers.get("content-type") ?? "");
  if (declared !== undefined && isJson) return await response.json();
  throw new ApiError(await problemOf(response), retryAfterOf(response));
}

/** Our server sends seconds; a date, which a proxy might send, is taken for no word at all. */
function retryAfterOf(response: Response): number | null {
  const header = response.headers.get("retry-after");
  return header !== null && /^\d{1,9}$/.test(header) ? Number(header) : null;
}
