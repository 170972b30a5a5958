/** A request to a provider's HTTP API. */
import { ProviderFault } from "./dns-provider.ts";

export interface ApiRequest {
  /** What the operator calls the API, for the fault's sentence. */
  readonly api: string;
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  readonly url: string;
  /** The credentials are here, and nowhere in a fault. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

export interface ApiReply {
  readonly status: number;
  /** Null: an empty one, or none that is JSON. */
  readonly body: unknown;
  /** As it came, cut. */
  readonly text: string;
}

const longestText = 200;

/** @throws ProviderFault when there is no reply; the signal's reason. */
export async function askApi(request: ApiRequest, signal: AbortSignal): Promise<ApiReply> {
  const { api, method, url, headers, body } = request;
  try {
    const reply = await fetch(url, {
      method,
      headers: { ...headers, ...(body === undefined ? {} : { "content-type": "application/json" }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      // A redirect would take the credentials elsewhere.
      redirect: "error",
      signal,
    });
    const text = await reply.text();
    return { status: reply.status, body: jsonOrNull(text), text: text.trim().slice(0, longestText) };
  } catch (error) {
    if (signal.aborted) throw error;
    const cause = (error as Error).cause;
    const why = cause instanceof Error ? cause.message : (error as Error).message;
    throw new ProviderFault(`${api} at ${new URL(url).host} cannot be reached: ${why}.`);
  }
}

function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** What a reply says went wrong, as a fault; its own words are in it. */
export function refusedBy(api: string, { status, text }: ApiReply): ProviderFault {
  const why =
    status === 401 || status === 403
      ? "it does not accept the credentials, or they do not allow this"
      : status === 404
        ? "it does not have the zone"
        : "it did not do it";
  return new ProviderFault(`${api}: ${why} (HTTP ${status}${text === "" ? "" : `: ${text}`}).`);
}
