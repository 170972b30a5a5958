/** How people sign in: the terms of their sessions, and the provider. */
import type { SignInConfig } from "./config/sign-in-config.ts";
import type { SignInPorts } from "./http/ports.ts";

export async function composeSignIn({ local, idle, longest }: SignInConfig): Promise<SignInPorts> {
  return { local, terms: { idle, longest }, oidc: null };
}
