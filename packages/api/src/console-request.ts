/** What the console sends with what is no GET: no other site's page can, unless we let it, and we do not (CORS). */
export const consoleHeader = "X-Certmill-Console";

/** The session's cookie. Over plain HTTP, which only the machine itself may use, it has no `__Host-` before it. */
export const sessionCookie = "__Host-certmill_session";
