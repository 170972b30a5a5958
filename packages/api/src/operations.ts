import type { Operation } from "./operation.ts";
import { listAudit } from "./resource/audit.ts";
import { listBudgets } from "./resource/budget.ts";
import { addCa, changeCa, listCas } from "./resource/ca.ts";
import {
  addCampaignDomains,
  cancelCampaign,
  createCampaign,
  listCampaigns,
  pauseCampaign,
  resumeCampaign,
  showCampaign,
  startCampaign,
} from "./resource/campaign.ts";
import { listCampaignFailures, reportCampaign } from "./resource/campaign-report.ts";
import {
  certificateChain,
  exportCertificate,
  listCertificates,
  showCertificate,
} from "./resource/certificate.ts";
import { importCertificates } from "./resource/certificate-import.ts";
import { listChanges, reportChanges } from "./resource/change.ts";
import { addDnsProvider, listDnsProviders, removeDnsProvider, testDnsProvider } from "./resource/dns.ts";
import { examine } from "./resource/doctor.ts";
import {
  addDomain,
  checkDomain,
  followDomain,
  removeDomain,
  retryDomain,
  showDomain,
} from "./resource/domain.ts";
import {
  cancelDomainAction,
  createDomainAction,
  listDomainActions,
  showDomainAction,
} from "./resource/domain-action.ts";
import { addDomainBatch } from "./resource/domain-batch.ts";
import { changeDomain } from "./resource/domain-change.ts";
import { listDomainCertificates, listTimeline, showDomainStatus } from "./resource/domain-history.ts";
import { listDomains } from "./resource/domain-list.ts";
import { pauseDomain, resumeDomain } from "./resource/domain-pause.ts";
import {
  demandCertificate,
  edgeCertificate,
  edgeCertificates,
  edgeFeed,
  edgeProof,
  edgeSnapshot,
  sendReceipts,
} from "./resource/edge.ts";
import { listEdgeGroups, setEdgeGroup } from "./resource/edge-group.ts";
import { createJoinToken, joinEdge, listEdges, removeEdge } from "./resource/edge-identity.ts";
import { listFailures, reportFailures } from "./resource/failure.ts";
import { checkLiveness, checkReadiness, showMetrics } from "./resource/health.ts";
import { listLimits, removeLimit, setLimit } from "./resource/limit.ts";
import { followLive } from "./resource/live.ts";
import { changeOperator, createOperator, listOperators, removeOperator } from "./resource/operator.ts";
import { showOverview, showSlo } from "./resource/overview.ts";
import { followPath } from "./resource/path.ts";
import { makePlan } from "./resource/plan.ts";
import {
  addReplacementCertificates,
  cancelReplacement,
  createReplacement,
  listReplacements,
  pauseReplacement,
  resumeReplacement,
  showReplacement,
  startReplacement,
} from "./resource/replacement.ts";
import { countRevocations, listRevocations, requestRevocations } from "./resource/revocation.ts";
import {
  endSession,
  listSessions,
  showSession,
  showSignInOptions,
  signIn,
  signOut,
} from "./resource/session.ts";
import { rotateKeys, showStatus } from "./resource/status.ts";
import { listTenants, setTenant } from "./resource/tenant.ts";
import { createToken, listTokens, revokeToken } from "./resource/token.ts";
import {
  addWebhook,
  listWebhooks,
  pauseWebhook,
  removeWebhook,
  replayWebhook,
  resumeWebhook,
  rotateWebhookSecret,
  showWebhook,
  testWebhook,
} from "./resource/webhook.ts";

/** Every operation of the API, by its id. */
export const operations = {
  addCa,
  listCas,
  changeCa,
  setLimit,
  listLimits,
  removeLimit,
  listBudgets,
  makePlan,
  setTenant,
  listTenants,
  addDnsProvider,
  listDnsProviders,
  testDnsProvider,
  removeDnsProvider,
  setEdgeGroup,
  listEdgeGroups,
  createJoinToken,
  joinEdge,
  listEdges,
  removeEdge,
  addDomain,
  listDomains,
  showDomain,
  retryDomain,
  checkDomain,
  followPath,
  removeDomain,
  followDomain,
  changeDomain,
  pauseDomain,
  resumeDomain,
  listTimeline,
  listDomainCertificates,
  showDomainStatus,
  createDomainAction,
  listDomainActions,
  showDomainAction,
  cancelDomainAction,
  addDomainBatch,
  reportFailures,
  listFailures,
  reportChanges,
  listChanges,
  createCampaign,
  listCampaigns,
  showCampaign,
  addCampaignDomains,
  startCampaign,
  pauseCampaign,
  resumeCampaign,
  cancelCampaign,
  reportCampaign,
  listCampaignFailures,
  listCertificates,
  showCertificate,
  certificateChain,
  exportCertificate,
  createReplacement,
  listReplacements,
  showReplacement,
  addReplacementCertificates,
  startReplacement,
  pauseReplacement,
  resumeReplacement,
  cancelReplacement,
  importCertificates,
  requestRevocations,
  listRevocations,
  countRevocations,
  createToken,
  listTokens,
  revokeToken,
  signIn,
  showSession,
  signOut,
  showSignInOptions,
  listSessions,
  endSession,
  createOperator,
  listOperators,
  changeOperator,
  removeOperator,
  listAudit,
  addWebhook,
  listWebhooks,
  showWebhook,
  testWebhook,
  pauseWebhook,
  resumeWebhook,
  rotateWebhookSecret,
  replayWebhook,
  removeWebhook,
  showStatus,
  examine,
  showOverview,
  showSlo,
  followLive,
  rotateKeys,
  edgeSnapshot,
  edgeFeed,
  edgeCertificate,
  edgeCertificates,
  edgeProof,
  demandCertificate,
  sendReceipts,
  checkLiveness,
  checkReadiness,
  showMetrics,
} as const satisfies Record<string, Operation>;

export type Operations = typeof operations;
export type OperationId = keyof Operations;
