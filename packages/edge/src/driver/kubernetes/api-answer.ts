import { retryAfter, type StoreAnswer } from "@certmill/stores";

/** What the client throws for an answer other than 2xx. */
interface Thrown {
  readonly code: number;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;
}

/** @param error whatever a call of the client threw. */
export function answerOf(error: unknown): Exclude<StoreAnswer<never>, { kind: "answered" }> {
  if (!isThrown(error)) return { kind: "away", reason: wordsOf(error) };
  const { code, body, headers } = error;
  const status = statusOf(body);
  const reason = status?.message ?? `the API server answered ${code}`;
  if (code === 429) return { kind: "busy", reason, retryAfter: retryAfter(headers["retry-after"]) };
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

function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null;

const isThrown = (error: unknown): error is Thrown =>
  error instanceof Error && "code" in error && typeof error.code === "number" && "headers" in error;
