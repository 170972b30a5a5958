import { Instant } from "./instant.tsx";

/** As of when something was counted; a server that has just been set up says 1970. */
export function CountedAt({ at }: { readonly at: string }) {
  return Date.parse(at) === 0 ? <span className="soft">not counted yet</span> : <Instant at={at} />;
}
