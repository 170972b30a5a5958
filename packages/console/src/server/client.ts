import { createClient } from "@certmill/api";

/** Called when the server no longer knows who asks; set by the router, which knows where one signs in. */
let whenSignedOut: () => void = () => undefined;

export function onSignedOut(listener: () => void): void {
  whenSignedOut = listener;
}

/**
 * The cookie of the session goes along by itself, as the server is the page's own origin. The header is what a page
 * of another origin cannot send without asking first: with it the server takes calls that change something.
 */
const send: typeof fetch = async (input, init) => {
  const headers = new Headers(init?.headers);
  headers.set("x-certmill-console", "1");
  const response = await fetch(input, { ...init, headers });
  if (response.status === 401) whenSignedOut();
  return response;
};

export const client = createClient({ baseUrl: location.origin, token: null, fetch: send });
