/** Why somebody whom a sign-in provider sent was not let in: each with the sentence that the sign-in page shows them. */
export const signInFaults = {
  "no-role": "Your account at the provider has no role here. Ask who runs this server to give you one.",
  "no-tenant":
    "Your account at the provider does not say which customer you belong to. Ask who runs this server to set that.",
  "tenant-unknown":
    "The customer that your account at the provider names is not here. Ask who runs this server.",
  cancelled: "Signing in was cancelled at the provider.",
  expired: "Signing in took longer than 15 minutes, or was begun in another browser. Begin again.",
  refused:
    "The provider's answer was not in order. Begin again; if that does not help, ask who runs this server.",
  "provider-unreachable": "The sign-in provider does not answer. Try again in a few minutes.",
} as const satisfies Readonly<Record<string, string>>;

export type SignInFault = keyof typeof signInFaults;

export const isSignInFault = (code: string): code is SignInFault => Object.hasOwn(signInFaults, code);
