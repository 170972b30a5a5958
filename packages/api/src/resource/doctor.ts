import { type Static, Type } from "typebox";
import { InstantText, Nullable } from "../fields.ts";
import { operation } from "../operation.ts";

const ExaminationFinding = Type.Object({
  part: Type.Enum(
    ["database", "clock", "keys", "work", "cas", "challenge", "certificates", "edges", "webhooks"],
    {
      description: "`work`: whether what is due is done. `challenge`: the way from outside to the responder.",
    },
  ),
  code: Type.String({ description: "Stable: `ca-away`, `clock-off`, `edge-behind`, … See docs/doctor.md." }),
  state: Type.Enum(["right", "wrong", "note"], {
    description: "`wrong`: something does not work, or soon will not. `note`: worth to know.",
  }),
  sentence: Type.String({ description: "What is seen, for a person." }),
  fix: Nullable(Type.String({ description: "What to do; null: nothing, or the sentence says it." })),
});
export type ExaminationFinding = Static<typeof ExaminationFinding>;

export const Examination = Type.Object({
  version: Type.String({ description: "Of the process that looked." }),
  seenAt: InstantText,
  right: Type.Boolean({ description: "Whether nothing is wrong." }),
  findings: Type.Array(ExaminationFinding, {
    description: "At least one for each part, what rests on others after them.",
  }),
});
export type Examination = Static<typeof Examination>;

export const examine = operation({
  id: "examine",
  method: "POST",
  path: "/v1/doctor",
  tag: "Operation",
  summary: "Examine the installation now",
  description:
    "Database, clocks, keys, workers, CAs, the way from outside to the responder, certificates, edges, webhooks: what is right, what is not, and what to do. Nothing is stored. It may take half a minute.",
  scopes: ["admin"],
  role: "operator",
  audited: false,
  responses: { 200: Examination },
  problems: [],
});
