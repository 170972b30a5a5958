const sentences: Readonly<Record<string, string>> = {
  refused: "The sign-in provider did not let you in.",
};

/** What went wrong on the way over the sign-in provider, from the code in the address. */
export const providerFault = (code: string): string =>
  sentences[code] ?? "Signing in at the provider did not work. Try again, or ask who runs this server.";
