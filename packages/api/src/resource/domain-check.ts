import { type Static, Type } from "typebox";
import { InstantText, Nullable } from "../fields.ts";

/** One thing that a check found. */
const CheckFinding = Type.Object({
  code: Type.String({ description: "Stable: `stray-aaaa`, `caa-forbids`, … See docs/checks.md." }),
  weight: Type.Enum(["fault", "notice"], {
    description: "`fault`: the first order waits for it. `notice`: worth to know.",
  }),
  name: Type.String({ description: "The name it is about." }),
  sentence: Type.String({ description: "What is wrong and what to change, for a person." }),
  where: Nullable(
    Type.String({
      description:
        "Where to change it, when that is not the name itself: an alias's end, the name of CAA records, a URL.",
    }),
  ),
  expected: Type.Array(Type.String(), { description: "What would be right." }),
  found: Type.Array(Type.String(), { description: "What is there." }),
  ca: Nullable(Type.String({ description: "The certificate authority that it is about; null: all." })),
  seenFrom: Type.Array(Type.String(), {
    description: "The vantage points that see it, `here` for who made the check; empty: all that looked.",
  }),
  before: Nullable(
    Type.Object(
      {
        found: Type.Array(Type.String(), { description: "Addresses, or CAA records." }),
        where: Nullable(Type.String({ description: "Where CNAME records led; null: there were none." })),
        until: InstantText,
      },
      {
        description:
          "What was there when the check last passed; null: it never did, or the records are what they were.",
      },
    ),
  ),
});
export type CheckFinding = Static<typeof CheckFinding>;

/** The last check of a domain's names: DNS, CAA, and the way that a certificate authority takes. */
export const DomainCheck = Type.Object({
  checkedAt: InstantText,
  nextCheckAt: Nullable(InstantText),
  findings: Type.Array(CheckFinding, { description: "Faults first; empty: all is right." }),
});
export type DomainCheck = Static<typeof DomainCheck>;
