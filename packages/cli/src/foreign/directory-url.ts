import { builtInDirectories } from "@certmill/api";

/** The directory of a well-known CA, by its host; null for others. */
export const directoryAt = (host: string): string | null =>
  Object.values(builtInDirectories).find((url) => new URL(url).host === host) ?? null;

/** The ACME directory that a program keeps under `<host>/<path>`; null where that is none. */
export function directoryOfPath(path: string): string | null {
  const url = URL.parse(`https://${path}`);
  return url === null || url.pathname === "/" ? directoryAt(path) : url.href;
}
