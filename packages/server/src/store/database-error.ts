import { isDatabaseAway } from "./database-away.ts";

/** Whether the database is away, or refused what was asked. Both drivers' errors have PostgreSQL's severity and SQLSTATE. */
export const isDatabaseError = (error: unknown): boolean =>
  isDatabaseAway(error) ||
  (error instanceof Error &&
    "severity" in error &&
    "code" in error &&
    typeof error.code === "string" &&
    /^[0-9A-Z]{5}$/.test(error.code));
