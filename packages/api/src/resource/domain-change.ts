import { type Static, Type } from "typebox";
import { ChallengeType, Closed, NameText, Nullable, ProfileName, WantedCas } from "../fields.ts";
import { operation } from "../operation.ts";
import { Domain, NameParams } from "./domain.ts";

export const DomainChange = Type.Object(
  {
    aliases: Type.Optional(
      Type.Array(NameText, {
        maxItems: 99,
        description: "All further names of the certificate: one that is not among them leaves it.",
      }),
    ),
    withWww: Type.Optional(
      Type.Literal(true, {
        description: "Have `www.` before the name among the aliases, those given or those there are.",
      }),
    ),
    ca: Type.Optional(Nullable(WantedCas)),
    profile: Type.Optional(Nullable(ProfileName)),
    challenge: Type.Optional(Nullable(ChallengeType)),
  },
  {
    ...Closed,
    minProperties: 1,
    description:
      "What is not named stays. `ca` null: any of the pool may issue; `profile` null: what is usual at the CA; `challenge` null: as is best.",
  },
);
export type DomainChange = Static<typeof DomainChange>;

export const changeDomain = operation({
  id: "changeDomain",
  method: "PATCH",
  path: "/v1/domains/{name}",
  tag: "Domains",
  summary: "Change a domain",
  description:
    "Its aliases, its challenge, its profile, the CAs it may have; its first name stays. Where the names change a certificate for them is ordered, and the one that is there is served until then; names that are new are checked before. An order for the names before is given up, unless its CA was asked for the certificate already: then the next follows. The other settings hold from the next order on. A domain that was given up, has moved, or waits for its next try is taken up again at once; one that somebody paused stays paused. What is so already changes nothing.",
  scopes: ["admin", "tenant"],
  role: "support",
  params: NameParams,
  body: DomainChange,
  responses: { 200: Domain },
  problems: ["not-found", "domain-removed", "domain-state", "domain-exists", "name-refused", "ca-missing"],
});
