/** draft-ietf-acme-profiles. */
import { type Clause, doesNotApply, shownBy } from "./clause.ts";
import { renewalCase } from "./test-files.ts";

export const profiles: readonly Clause[] = [
  {
    id: "profiles-3-1",
    section: "3",
    level: "SHOULD",
    clause:
      "The operator gets to see the profiles' names and descriptions, at set-up and when it matters again.",
    shown: doesNotApply(
      "a library has no operator before it. `directory().meta.profiles` has the descriptions by name, and is read anew " +
        "every hour.",
    ),
  },
  {
    id: "profiles-4-1",
    section: "4",
    level: "SHOULD NOT",
    clause: "A profile is asked for that the directory does not list.",
    shown: shownBy(renewalCase("profiles > that the directory does not list are not asked for")),
  },
];
