/** What an API server said, as far as the driver has to tell answers apart; reasons are clauses. */
export type ApiAnswer<T> =
  | { readonly kind: "answered"; readonly value: T }
  | {
      readonly kind: "refused";
      readonly status: number;
      readonly reason: string;
      readonly owners: readonly string[];
    }
  /** It has too much to do. */
  | { readonly kind: "busy"; readonly reason: string; readonly retryAfter: number }
  | { readonly kind: "away"; readonly reason: string };

/** Milliseconds where a 429 does not say. */
const shortWait = 1_000;

/** What the client throws for an answer other than 2xx. */
interface Thrown {
  readonly code: number;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;
}

/** @param error whatever a call of the client threw. */
export function answerOf(error: unknown): Exclude<ApiAnswer<never>, { kind: "answered" }> {
  if (!isThrown(error)) return { kind: "away", reason: wordsOf(error) };
  const { code, body, headers } = error;
  const status = statusOf(body);
  const reason = status?.message ?? `the API server answered ${code}`;
  if (code === 429)
    return { kind: "busy", reason, retryAfter: secondsOf(headers["retry-after"]) ?? shortWait };
  if (code === 401)
    return { kind: "away", reason: "the API server does not take the agent's credentials (401)" };
  if (code >= 500) return { kind: "away", reason: `the API server answered ${code}: ${reason}` };
  return { kind: "refused", status: code, reason, owners: ownersOf(status) };
}

/** The body of a failure, by the API's conventions: an object of kind Status. */
interface Status {
  readonly message?: string;
  readonly details?: {
    readonly causes?: readonly {
      readonly reason?: string;
      readonly message?: string;
      readonly field?: string;
    }[];
  };
}

function statusOf(body: unknown): Status | null {
  try {
    const status: unknown = typeof body === "string" ? JSON.parse(body) : body;
    return isRecord(status) && status["kind"] === "Status" ? status : null;
  } catch {
    return null;
  }
}

/** Who has the fields that an apply wanted: `conflict with "NAME" using v1` is how each cause begins. */
function ownersOf(status: Status | null): readonly string[] {
  const conflicts = (status?.details?.causes ?? []).filter(({ reason }) => reason === "FieldManagerConflict");
  const owners = conflicts.map(
    ({ message = "" }) => /^conflict with "([^"]*)"/.exec(message)?.[1] ?? message,
  );
  return [...new Set(owners)];
}

/** Milliseconds; null: it does not say, or by a date. */
function secondsOf(header: string | undefined): number | null {
  return header !== undefined && /^\d{1,5}$/.test(header) ? Number(header) * 1_000 : null;
}

function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null;

const isThrown = (error: unknown): error is Thrown =>
  error instanceof Error && "code" in error && typeof error.code === "number" && "headers" in error;
