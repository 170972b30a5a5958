import { type Static, Type } from "typebox";
import { Closed, InstantText, NameText, Nullable } from "../fields.ts";
import { operation } from "../operation.ts";

const PathStep = Type.Object({
  part: Type.Enum(["dns", "challenge", "tls", "delivery", "vantage"], {
    description:
      "`dns`: the name's records. `challenge`: a certificate authority's request, by `address`. `tls`: what is served there. `delivery`: what edges told. `vantage`: what is seen from elsewhere.",
  }),
  code: Type.String({
    description: "Stable: `responder-away`, `redirect-dead`, … See docs/edges/challenge-path.md.",
  }),
  state: Type.Enum(["right", "wrong", "note"], {
    description: "`wrong`: the path breaks here. `note`: worth to know.",
  }),
  address: Nullable(Type.String({ description: "The address that it is about; null: the name." })),
  sentence: Type.String({ description: "What is seen, for a person." }),
  fix: Nullable(Type.String({ description: "What to do; null: nothing, or the sentence says it." })),
});
export type PathStep = Static<typeof PathStep>;

export const ChallengePath = Type.Object({
  name: Type.String({ description: "The name, in A-labels." }),
  seenAt: InstantText,
  right: Type.Boolean({ description: "Whether no step is wrong." }),
  steps: Type.Array(PathStep, { description: "In the order of the way." }),
});
export type ChallengePath = Static<typeof ChallengePath>;

export const followPath = operation({
  id: "followPath",
  method: "POST",
  path: "/v1/domains/{name}/path",
  tag: "Domains",
  summary: "Follow a name's challenge path now",
  description:
    "From its records by each address to the responder, as a certificate authority goes, and what is served there over TLS. Nothing is stored. It may take a minute.",
  scopes: ["admin", "tenant"],
  role: "support",
  params: Type.Object({ name: NameText }, Closed),
  responses: { 200: ChallengePath },
  problems: ["not-found", "domain-removed", "name-refused", "checks-off"],
});
