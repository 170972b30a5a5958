/** The tokens that checks ask for, with the answers that are right. */
import { after, type Instant, instant, seconds } from "@certmill/domain";
import type { MakeToken } from "./check-name.ts";

interface TokenParts {
  /** A token of the installation's own, and its responders' answer. */
  readonly make: () => { readonly token: string; readonly answer: string };
  /** Of all its accounts. */
  readonly readThumbprints: () => Promise<readonly string[]>;
  readonly now: () => Instant;
}

/** So long it is believed which accounts there are. */
const knownFor = seconds(30);

export function tokenMaker({ make, readThumbprints, now }: TokenParts): MakeToken {
  let known: { readonly thumbprints: readonly string[]; readonly until: Instant } = {
    thumbprints: [],
    until: instant(0),
  };
  return async () => {
    if (now() >= known.until) {
      // A database that is away stops no look: what was known is as good as before.
      const thumbprints = await readThumbprints().catch(() => known.thumbprints);
      known = { thumbprints, until: after(now(), knownFor) };
    }
    const { token, answer } = make();
    return { token, answers: [answer, ...known.thumbprints.map((each) => `${token}.${each}`)] };
  };
}
