/** Signing in by an OpenID Connect provider: authorization code with PKCE, state and nonce; openid-client does the protocol. */
import type { SignInFault } from "@certmill/api";
import { hours, type Instant, instant, minutes } from "@certmill/domain";
import * as client from "openid-client";
import { type ClaimedPerson, type Claims, type ClaimTerms, personOfClaims } from "./person-of-claims.ts";

export interface ProviderTerms extends ClaimTerms {
  readonly issuer: URL;
  readonly clientId: string;
  /** Null: a public client. */
  readonly clientSecret: string | null;
  readonly scopes: string;
  readonly name: string;
  /** Where browsers reach this server. */
  readonly publicUrl: URL;
}

/** How what a browser keeps for us is made unreadable; `open` gives null for what we have not sealed. */
export interface Sealing {
  readonly seal: (text: string) => string;
  readonly open: (sealed: string) => string | null;
}

export type ProviderOutcome =
  | (Extract<ClaimedPerson, { kind: "person" }> & { readonly returnTo: string })
  | { readonly kind: "refused"; readonly fault: SignInFault; readonly detail: string };

/** What must come back, and what comes back only to the browser that went. No process remembers it: the browser does, sealed. */
interface Login {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  readonly returnTo: string;
  readonly until: number;
}

/** Between going to the provider and coming back: to type a password and find one's phone. */
const loginLasts = minutes(15);
const metadataKept = hours(1);
/** Seconds for one request to the provider. */
const requestDeadline = 10;

export function oidcProvider(terms: ProviderTerms, { seal, open }: Sealing, now: () => Instant) {
  const { publicUrl, clientId } = terms;
  const redirectUri = new URL("/auth/oidc/callback", publicUrl).href;
  const configuration = rememberedFor(() => discover(terms), now);

  return {
    name: terms.name,
    loginSeconds: loginLasts / 1_000,

    /** Where the browser is to go, and what it is to bring back; null: the provider cannot be reached. */
    async start(returnTo: string): Promise<{ readonly url: string; readonly login: string } | null> {
      const config = await configuration().catch(() => null);
      if (config === null) return null;
      const login: Login = {
        state: client.randomState(),
        nonce: client.randomNonce(),
        verifier: client.randomPKCECodeVerifier(),
        returnTo,
        until: instant(now() + loginLasts),
      };
      const url = client.buildAuthorizationUrl(config, {
        redirect_uri: redirectUri,
        scope: terms.scopes,
        state: login.state,
        nonce: login.nonce,
        code_challenge: await client.calculatePKCECodeChallenge(login.verifier),
        code_challenge_method: "S256",
      });
      return { url: url.href, login: seal(JSON.stringify(login)) };
    },

    /** @param query of the address that the browser came back to; @param sealed what it brought. */
    async finish(query: string, sealed: string | null): Promise<ProviderOutcome> {
      const text = sealed === null ? null : open(sealed);
      const login = text === null ? null : (JSON.parse(text) as Login);
      if (login === null || login.until < now()) {
        return {
          kind: "refused",
          fault: "expired",
          detail: "The browser brought no sign-in that had begun.",
        };
      }
      try {
        const person = personOfClaims(await claimsOf(await configuration(), query, login), terms);
        return person.kind === "person" ? { ...person, returnTo: login.returnTo } : person;
      } catch (error) {
        return faultOf(error);
      }
    },

    /** Where the browser signs out there, too; null: the provider has no such place, or cannot be reached. */
    async endUrl(): Promise<string | null> {
      const config = await configuration().catch(() => null);
      if (config?.serverMetadata().end_session_endpoint === undefined) return null;
      const back = new URL("/console/", publicUrl).href;
      return client.buildEndSessionUrl(config, { client_id: clientId, post_logout_redirect_uri: back }).href;
    },
  };

  async function claimsOf(config: client.Configuration, query: string, login: Login): Promise<Claims> {
    const tokens = await client.authorizationCodeGrant(config, new URL(`${redirectUri}${query}`), {
      pkceCodeVerifier: login.verifier,
      expectedState: login.state,
      expectedNonce: login.nonce,
      idTokenExpected: true,
    });
    const claims = tokens.claims();
    if (claims === undefined) throw new Error("An ID token was expected, and openid-client let none pass.");
    // Some put groups into the ID token, some only where one asks for them.
    if (config.serverMetadata().userinfo_endpoint === undefined) return claims;
    return { ...(await client.fetchUserInfo(config, tokens.access_token, claims.sub)), ...claims };
  }
}

/** @throws when the provider cannot be reached, or is none. */
async function discover({ issuer, clientId, clientSecret }: ProviderTerms): Promise<client.Configuration> {
  // The settings allow plain HTTP on this machine's own addresses only.
  const relaxed = issuer.protocol === "http:" ? [client.allowInsecureRequests] : [];
  const found = await client.discovery(issuer, clientId, undefined, client.None(), {
    execute: relaxed,
    timeout: requestDeadline,
  });
  const metadata = found.serverMetadata();
  const config = new client.Configuration(
    metadata,
    clientId,
    undefined,
    authenticationOf(clientSecret, metadata.token_endpoint_auth_methods_supported),
  );
  config.timeout = requestDeadline;
  for (const relax of relaxed) relax(config);
  return config;
}

/** As the provider takes it; OpenID Connect Discovery 1.0, 3: `client_secret_basic` where it does not say. */
function authenticationOf(secret: string | null, methods = ["client_secret_basic"]): client.ClientAuth {
  if (secret === null) return client.None();
  return methods.includes("client_secret_basic")
    ? client.ClientSecretBasic(secret)
    : client.ClientSecretPost(secret);
}

/** What was found is kept for an hour; what failed is tried again at the next call. */
function rememberedFor<T>(find: () => Promise<T>, now: () => Instant): () => Promise<T> {
  let kept: { readonly found: Promise<T>; readonly until: number } | null = null;
  return () => {
    if (kept === null || kept.until < now()) {
      const mine = { found: find(), until: now() + metadataKept };
      kept = mine;
      mine.found.catch(() => {
        if (kept === mine) kept = null;
      });
    }
    return kept.found;
  };
}

function faultOf(error: unknown): ProviderOutcome {
  const no = (fault: SignInFault, detail: string): ProviderOutcome => ({ kind: "refused", fault, detail });
  if (error instanceof client.AuthorizationResponseError) {
    const { error: code, error_description: words = "" } = error;
    return no(code === "access_denied" ? "cancelled" : "refused", `${code} ${words}`.trim());
  }
  if (error instanceof client.ResponseBodyError)
    return no("refused", `${error.error}: ${error.error_description ?? ""}`);
  if (error instanceof client.ClientError) {
    const isAway = error.code === "OAUTH_TIMEOUT";
    return no(isAway ? "provider-unreachable" : "refused", `${error.code ?? ""} ${error.message}`.trim());
  }
  // What fetch throws where nobody answers.
  if (error instanceof TypeError) return no("provider-unreachable", error.message);
  throw error;
}
