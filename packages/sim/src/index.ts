export type { AuthorizationReuse } from "./ca/authorizations.ts";
export type { ExternalAccounts } from "./ca/external-account.ts";
export type { OrderStatus } from "./ca/order.ts";
export type { Profile, Profiles } from "./ca/profiles.ts";
export type { RenewalWindow } from "./ca/renewal-window.ts";
export type { Resource } from "./ca/urls.ts";
export { loopbackNames, type NameAnswer, type NameTable, type WrongName } from "./dns/name-table.ts";
export { textsByDns } from "./dns/texts-by-dns.ts";
export type { Fault, FaultRates } from "./faults.ts";
export type { Outage } from "./http/outage.ts";
export type { LoggedRequest } from "./http/request-log.ts";
export type { RetryAfter } from "./http/retry-after.ts";
export { InProcessCa, type InProcessCaOptions } from "./in-process/in-process-ca.ts";
export { type Allowance, per } from "./limits/allowance.ts";
export type { LimitTally } from "./limits/limit-tally.ts";
export { NO_LIMITS, RULE_SET_NAMES, type RuleSetName, ruleSet } from "./limits/rule-sets.ts";
export {
  type LimitName,
  type LimitRules,
  type Override,
  type RequestRate,
  type ScalableLimit,
  scaledRules,
} from "./limits/rules.ts";
export { MANNERS_ACCOUNT, mannersOf } from "./manners.ts";
export type { SimCaOptions } from "./options.ts";
export type { Alteration, Instead, RawBytes, ReplyAlteration } from "./quirks/alteration.ts";
export { addsName, html, oversized, redirect, reversedChain, withJson } from "./quirks/bodies.ts";
export { cutAfter } from "./quirks/cut-after.ts";
export { type Dribble, dribble } from "./quirks/dribble.ts";
export type { FinishedReply } from "./quirks/finished-reply.ts";
export { repeatedNonce, sameNonce, withDate, withoutHeader, withRetryAfter } from "./quirks/headers.ts";
export { rawResponse } from "./quirks/raw-response.ts";
export { overQuota, paused, shedding } from "./quirks/refusals.ts";
export { type NameFate, type SeededNames, type SeededNamesOptions, seededNames } from "./seeded-names.ts";
export { type SimCa, type SimCaCounts, startSimCa } from "./sim-ca.ts";
export type { TextsOf } from "./validation/dns-challenges.ts";
export type { NameModel, NameState } from "./validation/name-model.ts";
