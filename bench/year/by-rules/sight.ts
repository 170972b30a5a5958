/** What a check finds of a domain, seen as the year's name servers and responder answer (../world.ts). */
import { type CaForCheck, type Finding, type Instant, judgeName } from "@certmill/domain";
import { factsOf, ingress } from "../../virtual/name-facts.ts";
import { type Story, wrongAt } from "../story.ts";

const cas: readonly CaForCheck[] = [
  { name: "letsencrypt", caaIdentities: ["letsencrypt.org"], accountUri: null },
];

export function findingsOf(story: Story, now: Instant): readonly Finding[] {
  const how = wrongAt(story, now);
  return story.names.flatMap((name) => judgeName(factsOf(name, how), ingress, cas));
}
