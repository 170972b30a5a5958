/** What a proxy is to do with the challenges, whatever its language. */

/** To the responders: one rule for every name there is and will be. */
export interface CentralRule {
  /** `host:port`, the preferred one first: the others answer when it does not. */
  readonly responders: readonly [string, ...string[]];
  /** Names whose challenges another proxy answers. */
  readonly exceptions: readonly Exception[];
}

export interface Exception {
  /** In A-labels and lower case. */
  readonly host: string;
  /** `host:port` of who answers. */
  readonly target: string;
}

/** The proxy answers by itself: what a CA wants to see is its token, a dot, and the account key's thumbprint (RFC 8555, 8.1). */
export interface StatelessRule {
  /** RFC 7638, of the account that most names are ordered with. */
  readonly thumbprint: string;
  /** Of the names that are ordered with another account. */
  readonly byHost: readonly HostAccount[];
}

export interface HostAccount {
  readonly host: string;
  readonly thumbprint: string;
}

/** What goes into one place of a proxy's configuration. */
export interface SnippetPart {
  /** The place, as a sentence or two; printed as a comment. */
  readonly where: string;
  /** A file that has nothing else in it; null: it stands among others' lines. */
  readonly file: string | null;
  readonly text: string;
}

export interface ProxySnippets {
  /** As a person calls it, such as `HAProxy`. */
  readonly title: string;
  readonly central: (rule: CentralRule) => readonly SnippetPart[];
  /** A sentence: why the proxy cannot, and what to do instead. */
  readonly stateless: ((rule: StatelessRule) => readonly SnippetPart[]) | string;
}

export const challengePath = "/.well-known/acme-challenge/";

/** A token's characters (base64url); its length keeps out what is no token. The path comes back in the answer. */
export const tokenPattern = "[A-Za-z0-9_-]{16,128}";

/** Exceptions by who answers, in the order of their first names: `certmill_except1`, `certmill_except2`, … */
export function byTarget(
  exceptions: readonly Exception[],
): readonly { readonly name: string; readonly target: string; readonly hosts: readonly string[] }[] {
  const targets = [...new Set(exceptions.map(({ target }) => target))];
  return targets.map((target, index) => ({
    name: `certmill_except${index + 1}`,
    target,
    hosts: exceptions.filter((exception) => exception.target === target).map(({ host }) => host),
  }));
}

/** `host:port`, IPv6 in brackets, into its parts without brackets. */
export function splitAddress(address: string): { readonly host: string; readonly port: number } {
  const colon = address.lastIndexOf(":");
  return {
    host: address.slice(0, colon).replaceAll(/^\[|\]$/g, ""),
    port: Number(address.slice(colon + 1)),
  };
}

export const lines = (...parts: readonly (string | readonly string[])[]): string => parts.flat().join("\n");
