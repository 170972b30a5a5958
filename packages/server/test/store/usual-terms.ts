import type { LineageTerms } from "../../src/store/write/add-lineages.ts";

/** Of a domain for which nobody chose anything. */
export const usualTerms = (caId: string, edgeGroupId = "1"): LineageTerms => ({
  caId,
  caIds: null,
  edgeGroupId,
  keyType: "p256",
  paired: null,
  profile: null,
  challenge: null,
  campaignId: null,
});
