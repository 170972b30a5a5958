export { ApiError } from "./client/api-error.ts";
export { type Client, type ClientOptions, createClient, type LiveClient } from "./client/create-client.ts";
export { keepFollowing } from "./client/keep-following.ts";
export type { InputOf } from "./client/operation-input.ts";
export { pages } from "./client/pages.ts";
export { ServerUnreachable } from "./client/server-unreachable.ts";
export { consoleHeader, sessionCookie } from "./console-request.ts";
export {
  type ChallengeType,
  type KeyPolicy,
  type KeyType,
  labelPattern,
  type UsualKeyType,
} from "./fields.ts";
export { type OpenapiDocument, openapiDocument } from "./openapi.ts";
export {
  type EventStreamBody,
  isAudited,
  isEventStream,
  isForTenants,
  isOpen,
  isTextBody,
  type Operation,
  type OutputOf,
  type RequestOf,
  type Route,
  type Scope,
  type StreamEventOf,
  type StreamOperation,
  type TextBody,
} from "./operation.ts";
export { type OperationId, type Operations, operations } from "./operations.ts";
export { Problem, type RequestFault } from "./problem/problem.ts";
export { type ProblemCode, type ProblemType, problemTypes, problemTypeUri } from "./problem/problem-types.ts";
export { isSignInFault, type SignInFault, signInFaults } from "./problem/sign-in-faults.ts";
export type { AuditEntry } from "./resource/audit.ts";
export type { Bucket, Budget, KeyedBucket, Spent } from "./resource/budget.ts";
export { builtInDirectories, type Ca, type CaChange, type NewCa } from "./resource/ca.ts";
export type { Campaign, CampaignBatch, CampaignState, NewCampaign } from "./resource/campaign.ts";
export type { CampaignFailure, CampaignReport } from "./resource/campaign-report.ts";
export type { Certificate, IssuedCertificate, Renewal } from "./resource/certificate.ts";
export {
  type CertificateImport,
  type CertificateToImport,
  type ImportedCertificate,
  maxImportedCertificates,
} from "./resource/certificate-import.ts";
export type { Change, ChangeReport } from "./resource/change.ts";
export {
  type DnsAccess,
  type DnsProvider,
  type DnsTest,
  dnsProviderKinds,
  type NewDnsProvider,
} from "./resource/dns.ts";
export type { Examination, ExaminationFinding } from "./resource/doctor.ts";
export {
  type Domain,
  type DomainState,
  type DomainSummary,
  domainStates,
  type NewDomain,
  type RemovedDomain,
  type TimelineEntry,
} from "./resource/domain.ts";
export {
  type DomainAction,
  type DomainActionCount,
  type DomainFilter,
  domainActions,
  type NewDomainAction,
} from "./resource/domain-action.ts";
export {
  type DomainBatch,
  type DomainBatchResult,
  type DomainBatchRow,
  maxBatchRows,
  type RejectedRow,
} from "./resource/domain-batch.ts";
export type { DomainChange } from "./resource/domain-change.ts";
export type { CheckFinding, DomainCheck } from "./resource/domain-check.ts";
export type { DomainCertificate, DomainStatus, HistoryEntry } from "./resource/domain-history.ts";
export { domainSorts, type Total } from "./resource/domain-list.ts";
export {
  type EdgeCertificate,
  type EdgeChange,
  type EdgeKeyPair,
  type EdgeProof,
  type Receipt,
} from "./resource/edge.ts";
export { maxKeyPairs, maxReceipts } from "./resource/edge-bounds.ts";
export type { EdgeGroup } from "./resource/edge-group.ts";
export type { Edge, JoinedEdge, JoinToken } from "./resource/edge-identity.ts";
export type { Failure, FailureGroup, FailureReport } from "./resource/failure.ts";
export type { Readiness, ReadinessPart } from "./resource/health.ts";
export {
  type LimitName,
  type LimitRule,
  type LimitSetName,
  limitNames,
  limitSetNames,
  type NewLimit,
  type SetLimit,
} from "./resource/limit.ts";
export type { LiveEvent } from "./resource/live.ts";
export type { NewOperator, Operator, OperatorChange } from "./resource/operator.ts";
export { alertCodes, type Overview, type Slo } from "./resource/overview.ts";
export type { ChallengePath, PathStep } from "./resource/path.ts";
export type { NewPlan, Plan } from "./resource/plan.ts";
export { maxSerials, type NewReplacement, type Replacement } from "./resource/replacement.ts";
export type { Revocation, RevocationSummary } from "./resource/revocation.ts";
export type { ListedSession, Session } from "./resource/session.ts";
export type { Status } from "./resource/status.ts";
export type { Tenant } from "./resource/tenant.ts";
export type { CreatedToken, NewToken, Token } from "./resource/token.ts";
export type { NewWebhook, Webhook, WebhookSummary } from "./resource/webhook.ts";
export { type Role, roleSuffices, roles } from "./role.ts";
