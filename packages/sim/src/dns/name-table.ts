/** How a name is wrong: it has no address, nobody answers there, or somebody answers something else. */
export type WrongName = "dns" | "connection" | "unauthorized";

/** What this CA sees when it looks a name up. */
export type NameAnswer =
  | {
      readonly kind: "host";
      /** IPv4 or IPv6, the preferred one first. Never empty. */
      readonly addresses: readonly string[];
      /** Where "port 80" and "port 443" really are. */
      readonly httpPort: number;
      readonly httpsPort: number;
    }
  | { readonly kind: "wrong"; readonly as: WrongName };

/** The CA's view of all names. Called for redirect targets too. Names are lower case. */
export type NameTable = (name: string) => NameAnswer;

/**
 * Every name is on this machine, but for those in `wrong`. A key there is a name, or `*.` and a suffix for
 * everything below it.
 */
export function loopbackNames(request: {
  readonly httpPort: number;
  readonly httpsPort: number;
  readonly wrong: Readonly<Record<string, WrongName>>;
}): NameTable {
  const { httpPort, httpsPort } = request;
  const wrong = new Map(Object.entries(request.wrong));
  const host = { kind: "host", addresses: ["127.0.0.1"], httpPort, httpsPort } as const;
  return (name) => {
    const as = wrong.get(name) ?? wrongSuffix(wrong, name);
    return as === undefined ? host : { kind: "wrong", as };
  };
}

function wrongSuffix(wrong: ReadonlyMap<string, WrongName>, name: string): WrongName | undefined {
  if (wrong.size === 0) return undefined;
  for (let dot = name.indexOf("."); dot !== -1; dot = name.indexOf(".", dot + 1)) {
    const found = wrong.get(`*${name.slice(dot)}`);
    if (found !== undefined) return found;
  }
  return undefined;
}
