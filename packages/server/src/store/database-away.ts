/**
 * SQLSTATEs of a server that is going, coming or unreachable: class 08 (connection), 53300 (no connection
 * left), 57P01 to 57P03 (shutdown, crash, starting up).
 */
const states = /^(08...|53300|57P0[123])$/;
const systemErrors = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "ETIMEDOUT",
  "ENOTFOUND",
  "EAI_AGAIN",
  "ENOENT",
]);

/** What the driver says of a lost connection; these errors have no code. */
const driverMessages = [
  "Connection terminated",
  "timeout exceeded when trying to connect",
  "Query read timeout",
  "Client has encountered a connection error",
  "PGlite is closed",
];

/** Whether a query failed because the database could not be asked, not because of what was asked. */
export function isDatabaseAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof AggregateError) return error.errors.some(isDatabaseAway);
  if ("code" in error && typeof error.code === "string") {
    return states.test(error.code) || (systemErrors.has(error.code) && "syscall" in error);
  }
  return driverMessages.some((message) => error.message.startsWith(message));
}
