import { operation } from "../operation.ts";
import { Domain, NameParams } from "./domain.ts";

export const pauseDomain = operation({
  id: "pauseDomain",
  method: "POST",
  path: "/v1/domains/{name}/pause",
  tag: "Domains",
  summary: "Order nothing for a domain",
  description:
    "Until it is resumed. Its certificate goes on being served, and is not renewed. An order that is under way is given up, unless its CA was asked for the certificate already: that one is stored and served, and nothing is ordered after it. Pausing twice is the same as once. One whose names have moved away is refused: nothing is ordered for it as it is.",
  scopes: ["admin", "tenant"],
  role: "support",
  params: NameParams,
  responses: { 200: Domain },
  problems: ["not-found", "domain-removed", "domain-state"],
});

export const resumeDomain = operation({
  id: "resumeDomain",
  method: "POST",
  path: "/v1/domains/{name}/resume",
  tag: "Domains",
  summary: "Go on with a paused domain",
  description:
    "Orders its first certificate, or renews it when that is due. One that is not paused stays as it is; one that its CA has paused is refused, as only the CA can go on with it.",
  scopes: ["admin", "tenant"],
  role: "support",
  params: NameParams,
  responses: { 200: Domain },
  problems: ["not-found", "domain-removed", "domain-state"],
});
