/** No answer came: the server does not run, the address is wrong, or the way there is blocked. */
export class ServerUnreachable extends Error {
  override readonly name = "ServerUnreachable";
  readonly code = "server-unreachable";

  constructor(baseUrl: string, cause: unknown) {
    super(
      `No answer from ${baseUrl}: ${reasonOf(cause)}. Check that \`certmill serve\` runs there and that the address is right.`,
      { cause },
    );
  }
}

/** fetch says only "fetch failed"; what happened is in the cause below it. */
function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  if (cause.name === "TimeoutError") return "it took too long";
  if (cause.cause instanceof Error) return reasonOf(cause.cause);
  if (cause instanceof AggregateError && cause.errors.length > 0) return reasonOf(cause.errors[0]);
  return cause.message;
}
