export {
  type Bucket,
  correct,
  fullBucket,
  type Reservation,
  release,
  reserve,
  settle,
  spend,
  tokensLeft,
} from "./budget/bucket.ts";
export { BucketBook, type BucketEntry, type NamedEntry } from "./budget/bucket-book.ts";
export { effectiveLimit, type LimitOverride } from "./budget/effective-limits.ts";
export { type BucketChange, type Correction, foldChange, isBucketChange } from "./budget/fold-change.ts";
export { type LedgerChange, ledgerChanges, type Step } from "./budget/ledger-change.ts";
export {
  isLimitName,
  type Limit,
  type LimitName,
  type Limits,
  limitNames,
  type RequestLimit,
  refillTime,
} from "./budget/limit.ts";
export {
  isLimitSetName,
  type LimitSet,
  type LimitSetName,
  limitSetNames,
  limitSetOf,
  limitSets,
} from "./budget/limit-sets.ts";
export {
  type BucketName,
  type Exemption,
  exactSetKey,
  failuresKey,
  lookedAt,
  type OrderPlan,
  registeredDomains,
  type Spending,
  sameSetWindow,
  spendingOf,
} from "./budget/order-spending.ts";
export { fullAtForNext, mostSlots, nextSlotAt, pacedLimit, slotsOf } from "./budget/request-slots.ts";
export { type DailyWindow, isOpen, nextOpening } from "./campaign/daily-window.ts";
export {
  type AccountAllowance,
  type Basis,
  type CampaignPace,
  type Forecast,
  forecast,
} from "./campaign/forecast.ts";
export { joinPrices } from "./campaign/join-prices.ts";
export { failedNames, type SplitPack, splitPack } from "./campaign/split-pack.ts";
export { spreadRenewal } from "./campaign/spread-renewal.ts";
export { type PlannedIssuance, takeBack } from "./campaign/take-back.ts";
export {
  countedFailures,
  isFailing,
  judgeWave,
  lastWave,
  sampleSize,
  type WaveOutcome,
  type WaveVerdict,
  waveSize,
} from "./campaign/wave.ts";
export { sameNames } from "./certificate/same-names.ts";
export { serialNumber } from "./certificate/serial-number.ts";
export {
  type Address,
  type AddressRange,
  addressText,
  isWithin,
  parseAddress,
  parseRange,
  unmapped,
} from "./check/address.ts";
export { type CaaRecord, climbingOrder } from "./check/caa.ts";
export { caaHasChanged } from "./check/caa-texts.ts";
export { findingSentence } from "./check/catalogue.ts";
export {
  type Checked,
  compareChecks,
  type KeptRecords,
} from "./check/compare-checks.ts";
export {
  type Before,
  type ComparedFinding,
  type Finding,
  type FindingCode,
  findingCodes,
  isOfCaa,
  isOfProof,
  refusingCas,
} from "./check/finding.ts";
export {
  type CaForCheck,
  evidenceOf,
  type Ingress,
  judgeName,
  leadsHere,
  type NamesToCheck,
} from "./check/judge-name.ts";
export { judgeViews, type View } from "./check/judge-views.ts";
export type {
  AliasEnd,
  CaaFacts,
  Lookup,
  NameFacts,
  ProbeFailure,
  ProbeResult,
  ProofFacts,
} from "./check/name-facts.ts";
export { type NameRecords, recordsOf } from "./check/name-records.ts";
export { mayReach } from "./check/public-address.ts";
export { afterCheck, type CheckDecision, type CheckMemory, noChecks, toldOfCheck } from "./check/recheck.ts";
export {
  type EventKind,
  eventKinds,
  eventSentence,
  isStepKind,
  messageTypes,
  movingKinds,
  timelineSentence,
} from "./event/event-kind.ts";
export type { EventDetail } from "./event/event-words.ts";
export { type ExaminationFinding, examinationCodes } from "./examination/examination-finding.ts";
export { examinationLimits } from "./examination/examination-limits.ts";
export type { CaFacts, InstallationFacts, PathSeen } from "./examination/installation-facts.ts";
export { judgeInstallation } from "./examination/judge-installation.ts";
export {
  classifyFinalize,
  classifyRequest,
  classifyValidation,
  type Fault,
  type ProblemFacts,
  type ProblemType,
} from "./failure/classify.ts";
export {
  type Failure,
  type FailureCode,
  failureCodes,
  failures,
  isFailureCode,
  type Party,
  type Recovery,
} from "./failure/failure-code.ts";
export { type Remedy, remedies, type WhoActs } from "./failure/remedy.ts";
export { unpauseUrl } from "./failure/unpause-url.ts";
export { advance } from "./issuance/advance.ts";
export { type ChallengeType, challengeTypes, expectedChallenge } from "./issuance/choose-challenge.ts";
export type { Decision, StepDone } from "./issuance/decision.ts";
export { changesOutside, type Effect, effectOf } from "./issuance/effect.ts";
export type {
  AuthorizationFacts,
  AuthorizationStatus,
  CertificateFacts,
  ChallengeStatus,
  IssuanceInput,
  OfferedChallenge,
  OrderFacts,
  OrderStatus,
  Propagation,
} from "./issuance/input.ts";
export type { IssuanceTerms } from "./issuance/move.ts";
export {
  type IssuanceKind,
  type IssuanceState,
  isLive,
  type LiveState,
  type OrderReference,
  type PendingChallenge,
  planned,
  type RecordPlace,
} from "./issuance/state.ts";
export { type CheckFacts, type CheckOutcome, lookEvery, outcomeOfCheck } from "./life/after-check.ts";
export { type Failing, type GiveUpPolicy, givesUpAt, usualGiveUp } from "./life/give-up.ts";
export { type LeaveOut, leaveOut, type Suspects } from "./life/leave-out.ts";
export { type LifePolicy, usualLife } from "./life/life-policy.ts";
export {
  type DomainState,
  domainStates,
  type LifeEvent,
  type LifeState,
  lifeAfter,
  lifeStates,
  restingStates,
  transitions,
} from "./life/life-state.ts";
export { watchedFaults } from "./life/watched-faults.ts";
export { type Whereabouts, whereabouts } from "./life/whereabouts.ts";
export type { NoList } from "./list/layout.ts";
export { type Line, LineSplitter, longestLine } from "./list/line-splitter.ts";
export { ListReader } from "./list/list-reader.ts";
export type { DomainRow, ReadRow, RefusedRow } from "./list/row-of.ts";
export {
  bucketOf,
  type CountedBucket,
  longestBucket,
  quantileOf,
  startOfBucket,
} from "./measure/duration-bucket.ts";
export {
  type EventToTally,
  hourOf,
  type StepName,
  servedObjective,
  stepNames,
  type TallyEntry,
  tallyOf,
} from "./measure/tally.ts";
export { toULabels } from "./name/a-labels.ts";
export { type CoverRefusal, type CoverResult, coverNames, withWww } from "./name/cover-names.ts";
export { delegationTarget, namesByDns, proofName } from "./name/delegation.ts";
export type { DnsName, NamePolicy, NameRefusal, NameResult } from "./name/dns-name.ts";
export { isIpName } from "./name/ip-name.ts";
export { normaliseName } from "./name/normalise-name.ts";
export { registeredDomain } from "./name/public-suffix.ts";
export { searchText } from "./name/search-text.ts";
export { type Cover, type Pack, type PackPolicy, pack, packNames } from "./packing/pack.ts";
export { type PackingPrice, packingPrice } from "./packing/price.ts";
export { judgePath, type PathContext } from "./path/judge-path.ts";
export type {
  HeldCertificate,
  HeldTwin,
  Hop,
  PathFacts,
  TlsSeen,
  ToldByEdge,
  Way,
  WayOutcome,
} from "./path/path-facts.ts";
export type { PathStep } from "./path/path-step.ts";
export type { Alternative } from "./plan/alternatives.ts";
export type { EnrolmentPlan } from "./plan/enrolment-plan.ts";
export { ListCounter, type ListRow } from "./plan/list-counter.ts";
export { type ListSummary, summaryOfCount } from "./plan/list-summary.ts";
export { makePlan, type Plan } from "./plan/make-plan.ts";
export { planAlone } from "./plan/plan-alone.ts";
export { planEnrolment } from "./plan/plan-enrolment.ts";
export type { PlannedCa, PlanRequest } from "./plan/plan-request.ts";
export { type PlanWish, planRequest } from "./plan/plan-wish.ts";
export {
  planReplacement,
  type ReplacedAt,
  type ReplacementPlan,
} from "./replacement/plan-replacement.ts";
export { type RevocationReason, revocationReasons } from "./replacement/revocation-reason.ts";
export {
  admits,
  beginProbe,
  type CaOutcome,
  freshHealth,
  type Health,
  healthOf,
  observe,
  probeAt,
} from "./schedule/breaker.ts";
export { accountBucket, type CaForPlanning } from "./schedule/ca-for-planning.ts";
export { caOrder } from "./schedule/choose-ca.ts";
export { type ClassTurns, floorOf, reserveShared, type SharedReservation } from "./schedule/class-share.ts";
export { importedRenewal } from "./schedule/imported-renewal.ts";
export { bucketsFor, bucketsOfCas } from "./schedule/order-at-ca.ts";
export { OrderPlanning, type Placement } from "./schedule/order-planning.ts";
export { renewAt, type Validity } from "./schedule/renewal.ts";
export { patientUntil } from "./schedule/renewal-patience.ts";
export { type PollAnswer, pollAgainAt } from "./schedule/renewal-poll.ts";
export { judgeWindow, type KnownWindow, type RenewalWindow, renewWithin } from "./schedule/renewal-window.ts";
export { retryAt } from "./schedule/retry.ts";
export { SlotTaking, slotsBefore, type WaitingRequests } from "./schedule/slot-taking.ts";
export { stableFraction } from "./schedule/stable-fraction.ts";
export { type CaStatus, mostInFlightBy, type StatusHint } from "./schedule/status-hint.ts";
export { type FailedTurn, type Flow, keptTurn, TurnTaking } from "./schedule/turn-taking.ts";
export type { WaitingLineage } from "./schedule/waiting-lineage.ts";
export { classOf, type WorkClass, type WorkFacts, workClasses } from "./schedule/work-class.ts";
export { outcomeOf, type SimulationOutcome, type Trouble } from "./simulation/outcome.ts";
export { type CaToOpen, type PlanSimulation, simulateAlone } from "./simulation/simulate-plan.ts";
export type { SimulatedCa } from "./simulation/simulated-ca.ts";
export { Simulation } from "./simulation/simulation.ts";
export type { ExistingCertificate, NamesOfOne, SimulationTerms } from "./simulation/simulation-terms.ts";
export {
  after,
  between,
  type Duration,
  days,
  hours,
  type Instant,
  instant,
  milliseconds,
  minutes,
  seconds,
} from "./time/instant.ts";
export { minuteText } from "./time/minute-text.ts";
export { endOfWeek, type WeekHour } from "./time/week-hour.ts";
export { judgeAnswer, type WebhookAnswer, type WebhookVerdict } from "./webhook/judge-answer.ts";
export {
  type EventToTell,
  type ToldCertificate,
  type ToldDomain,
  type WebhookMessage,
  webhookMessage,
} from "./webhook/webhook-message.ts";
export { askEndpointAt, resendAt, webhookPatience } from "./webhook/webhook-retry.ts";
