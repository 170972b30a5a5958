import { isSignInFault, signInFaults } from "@certmill/api";

/** What went wrong on the way over the sign-in provider, from the code in the address. */
export const providerFault = (code: string): string =>
  isSignInFault(code)
    ? signInFaults[code]
    : "Signing in at the provider did not work. Try again, or ask who runs this server.";
