/** The wildcard that covers a name, in the place of its first label. */
export const wildcardOf = (name: string): string => `*${name.slice(Math.max(0, name.indexOf(".")))}`;
