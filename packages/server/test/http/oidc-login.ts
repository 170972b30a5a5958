/** A sign-in provider (oidc-provider of npm) on loopback, and the part of a browser's way that is there. */

import { generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import Provider from "oidc-provider";
import { closeServer } from "../../src/serve-listener.ts";

export interface TestProvider extends AsyncDisposable {
  readonly issuer: URL;
  /** Claims of everybody who may sign in, by their name. */
  readonly people: Record<string, Readonly<Record<string, unknown>>>;
  /** Signs somebody in where the browser was sent, and gives the address that it is sent back to. */
  signIn(url: string, person: string): Promise<URL>;
}

export const clientSecret = "a-secret-of-the-test's-client";

/** @param inIdToken whether groups are in the ID token, or only where they are asked for. */
export async function openProvider(
  publicUrl: string,
  { inIdToken }: { readonly inIdToken: boolean },
): Promise<TestProvider> {
  const people: TestProvider["people"] = {};
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const issuer = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const provider = new Provider(issuer.origin, {
    clients: [
      {
        client_id: "certmill",
        client_secret: clientSecret,
        redirect_uris: [`${publicUrl}/auth/oidc/callback`],
        post_logout_redirect_uris: [`${publicUrl}/console/`],
        id_token_signed_response_alg: "ES256",
      },
    ],
    jwks: { keys: [{ ...privateKey.export({ format: "jwk" }), kid: "test", use: "sig", alg: "ES256" }] },
    cookies: { keys: ["of the test"] },
    claims: { openid: ["sub"], profile: ["preferred_username", "name", "groups", "tenant"] },
    conformIdTokenClaims: !inIdToken,
    findAccount: (_, sub) => ({ accountId: sub, claims: () => ({ sub, ...people[sub] }) }),
  });
  const answer = provider.callback();
  server.on("request", (request, response) => void answer(request, response));
  return {
    issuer,
    people,
    signIn: (url, person) => goThrough(url, { person, until: publicUrl }),
    [Symbol.asyncDispose]: () => closeServer(server, 0),
  };
}

/** Follows redirects and fills in the provider's two pages (its name, its consent) until it leads back. */
async function goThrough(
  url: string,
  { person, until }: { readonly person: string; readonly until: string },
): Promise<URL> {
  const cookies = new Map<string, string>();
  let next = new URL(url);
  let form: URLSearchParams | null = null;
  for (let steps = 0; steps < 20; steps += 1) {
    if (next.href.startsWith(until)) return next;
    const response = await fetch(next, {
      redirect: "manual",
      headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join("; ") },
      ...(form === null ? {} : { method: "POST", body: form }),
    });
    for (const line of response.headers.getSetCookie()) {
      const [name = "", value = ""] = (line.split(";")[0] ?? "").split("=");
      cookies.set(name, value);
    }
    const location = response.headers.get("location");
    if (location !== null) {
      [next, form] = [new URL(location, next), null];
      continue;
    }
    const page = await response.text();
    const action = /action="([^"]+)"/.exec(page)?.[1];
    const prompt = /name="prompt" value="([^"]+)"/.exec(page)?.[1];
    if (action === undefined || prompt === undefined) throw new Error(`The provider answered: ${page}`);
    next = new URL(action, next);
    form = new URLSearchParams({ prompt, login: person, password: "any" });
  }
  throw new Error("The provider did not lead back.");
}
