import type { Instant, LifePolicy } from "@certmill/domain";
import type { FastifyBaseLogger } from "fastify";
import type { Database } from "../store/database.ts";
import type { Wakeups } from "../store/wakeups.ts";
import { TokenPace } from "./caller/token-pace.ts";
import { LiveReader } from "./live/live-reader.ts";
import { readOverview as readOverviewOf } from "./overview/read-overview.ts";
import type {
  AskDirectory,
  CheckNames,
  FollowPath,
  KeyRotation,
  MakeAccount,
  OnDelivered,
  OpenKey,
  ReadImported,
  ReadinessCheck,
  SealText,
  SignInPorts,
  TryZone,
  WebhookPorts,
} from "./ports.ts";
import { addDomainBatchHandler, addDomainHandler } from "./resource/add-domains.ts";
import { listAuditHandler } from "./resource/audit.ts";
import { listBudgetsHandler } from "./resource/budgets.ts";
import { addCampaignDomainsHandler } from "./resource/campaign-domains.ts";
import { listCampaignFailuresHandler, reportCampaignHandler } from "./resource/campaign-report.ts";
import {
  cancelCampaignHandler,
  createCampaignHandler,
  listCampaignsHandler,
  pauseCampaignHandler,
  resumeCampaignHandler,
  showCampaignHandler,
  startCampaignHandler,
} from "./resource/campaigns.ts";
import { addCaHandler, changeCaHandler, listCasHandler } from "./resource/cas.ts";
import {
  certificateChainHandler,
  exportCertificateHandler,
  listCertificatesHandler,
  showCertificateHandler,
} from "./resource/certificates.ts";
import { changeDomainHandler } from "./resource/change-domain.ts";
import { listChangesHandler, reportChangesHandler } from "./resource/changes.ts";
import { checkDomainHandler } from "./resource/check-domain.ts";
import {
  addDnsProviderHandler,
  listDnsProvidersHandler,
  removeDnsProviderHandler,
  testDnsProviderHandler,
} from "./resource/dns-providers.ts";
import { examineHandler } from "./resource/doctor.ts";
import {
  cancelDomainActionHandler,
  createDomainActionHandler,
  listDomainActionsHandler,
  showDomainActionHandler,
} from "./resource/domain-actions.ts";
import { listDomainCertificatesHandler, listTimelineHandler } from "./resource/domain-history.ts";
import { showDomainStatusHandler } from "./resource/domain-status.ts";
import {
  followDomainHandler,
  removeDomainHandler,
  retryDomainHandler,
  showDomainHandler,
} from "./resource/domains.ts";
import { demandCertificateHandler } from "./resource/edge-demands.ts";
import { edgeFeedHandler } from "./resource/edge-feed.ts";
import { listEdgeGroupsHandler, setEdgeGroupHandler } from "./resource/edge-groups.ts";
import {
  createJoinTokenHandler,
  joinEdgeHandler,
  listEdgesHandler,
  removeEdgeHandler,
} from "./resource/edge-identity.ts";
import { edgeProofHandler } from "./resource/edge-proofs.ts";
import {
  edgeCertificateHandler,
  edgeCertificatesHandler,
  edgeSnapshotHandler,
  sendReceiptsHandler,
} from "./resource/edges.ts";
import { listFailuresHandler, reportFailuresHandler } from "./resource/failures.ts";
import { followPathHandler } from "./resource/follow-path.ts";
import { checkLivenessHandler, checkReadinessHandler, showMetricsHandler } from "./resource/health.ts";
import { importCertificatesHandler } from "./resource/import-certificates.ts";
import { listLimitsHandler, removeLimitHandler, setLimitHandler } from "./resource/limits.ts";
import { listDomainsHandler } from "./resource/list-domains.ts";
import { followLiveHandler } from "./resource/live.ts";
import {
  changeOperatorHandler,
  createOperatorHandler,
  listOperatorsHandler,
  removeOperatorHandler,
} from "./resource/operators.ts";
import { showOverviewHandler, showSloHandler } from "./resource/overview.ts";
import { pauseDomainHandler, resumeDomainHandler } from "./resource/pause-domain.ts";
import { makePlanHandler } from "./resource/plans.ts";
import {
  addReplacementCertificatesHandler,
  cancelReplacementHandler,
  createReplacementHandler,
  listReplacementsHandler,
  pauseReplacementHandler,
  resumeReplacementHandler,
  showReplacementHandler,
  startReplacementHandler,
} from "./resource/replacements.ts";
import {
  countRevocationsHandler,
  listRevocationsHandler,
  requestRevocationsHandler,
} from "./resource/revocations.ts";
import {
  showSessionHandler,
  showSignInOptionsHandler,
  signInHandler,
  signOutHandler,
} from "./resource/session.ts";
import { endSessionHandler, listSessionsHandler } from "./resource/sessions.ts";
import { rotateKeysHandler, showStatusHandler } from "./resource/status.ts";
import { listTenantsHandler, setTenantHandler } from "./resource/tenants.ts";
import { createTokenHandler, listTokensHandler, revokeTokenHandler } from "./resource/tokens.ts";
import {
  addWebhookHandler,
  listWebhooksHandler,
  pauseWebhookHandler,
  removeWebhookHandler,
  replayWebhookHandler,
  resumeWebhookHandler,
  rotateWebhookSecretHandler,
  showWebhookHandler,
  testWebhookHandler,
} from "./resource/webhooks.ts";
import type { Handlers } from "./routes.ts";
import { freshFor } from "./shared/fresh-for.ts";

/** What the handlers of operations need. */
export interface HandlerOptions {
  readonly database: Pick<Database, "db" | "kind">;
  readonly wakeups: Wakeups;
  readonly now: () => Instant;
  /** Certmill's own, for the status and the API document. */
  readonly version: string;
  readonly log: FastifyBaseLogger;
  readonly makeAccount: MakeAccount;
  readonly askDirectory: AskDirectory;
  /** Null: names are not checked. */
  readonly check: CheckNames | null;
  readonly followPath: FollowPath | null;
  readonly sealText: SealText;
  readonly tryZone: TryZone;
  readonly life: LifePolicy;
  readonly openKey: OpenKey;
  readonly readImported: ReadImported;
  readonly keys: KeyRotation;
  readonly readiness: readonly ReadinessCheck[];
  /** What Prometheus reads. */
  readonly metrics: () => Promise<string>;
  readonly onDelivered: OnDelivered;
  readonly webhooks: WebhookPorts;
  readonly signIn: SignInPorts;
  /** Where people reach the console; null: only from this machine. */
  readonly publicUrl: URL | null;
}

/** However many ask for the overview, it is read once in so long, in milliseconds. */
const overviewKept = 1_000;

/** Who answers each operation. */
export function handlersOf({ database: { db, kind }, ...options }: HandlerOptions): Handlers {
  const { wakeups, now, log } = options;
  const readOverview = freshFor(overviewKept, () => readOverviewOf(db, now()));
  const live = new LiveReader({
    db,
    wakeups,
    now,
    sessionIdle: options.signIn.terms.idle,
    readOverview,
    onError: (error) =>
      log.error({ event: "live.error", err: error }, "reading what happens met an error; it is read again"),
  });
  const tools = { ...options, db, databaseKind: kind, readOverview, live, pace: new TokenPace() };
  return {
    addCa: addCaHandler(tools),
    listCas: listCasHandler(tools),
    changeCa: changeCaHandler(tools),
    setLimit: setLimitHandler(tools),
    listLimits: listLimitsHandler(tools),
    removeLimit: removeLimitHandler(tools),
    listBudgets: listBudgetsHandler(tools),
    makePlan: makePlanHandler(tools),
    setTenant: setTenantHandler(tools),
    listTenants: listTenantsHandler(tools),
    addDnsProvider: addDnsProviderHandler(tools),
    listDnsProviders: listDnsProvidersHandler(tools),
    testDnsProvider: testDnsProviderHandler(tools),
    removeDnsProvider: removeDnsProviderHandler(tools),
    setEdgeGroup: setEdgeGroupHandler(tools),
    listEdgeGroups: listEdgeGroupsHandler(tools),
    createJoinToken: createJoinTokenHandler(tools),
    joinEdge: joinEdgeHandler(tools),
    listEdges: listEdgesHandler(tools),
    removeEdge: removeEdgeHandler(tools),
    reportFailures: reportFailuresHandler(tools),
    listFailures: listFailuresHandler(tools),
    reportChanges: reportChangesHandler(tools),
    listChanges: listChangesHandler(tools),
    addDomain: addDomainHandler(tools),
    listDomains: listDomainsHandler(tools),
    showDomain: showDomainHandler(tools),
    retryDomain: retryDomainHandler(tools),
    checkDomain: checkDomainHandler(tools),
    followPath: followPathHandler(tools),
    removeDomain: removeDomainHandler(tools),
    followDomain: followDomainHandler(tools),
    changeDomain: changeDomainHandler(tools),
    pauseDomain: pauseDomainHandler(tools),
    resumeDomain: resumeDomainHandler(tools),
    listTimeline: listTimelineHandler(tools),
    listDomainCertificates: listDomainCertificatesHandler(tools),
    showDomainStatus: showDomainStatusHandler(tools),
    createDomainAction: createDomainActionHandler(tools),
    listDomainActions: listDomainActionsHandler(tools),
    showDomainAction: showDomainActionHandler(tools),
    cancelDomainAction: cancelDomainActionHandler(tools),
    addDomainBatch: addDomainBatchHandler(tools),
    createCampaign: createCampaignHandler(tools),
    listCampaigns: listCampaignsHandler(tools),
    showCampaign: showCampaignHandler(tools),
    addCampaignDomains: addCampaignDomainsHandler(tools),
    startCampaign: startCampaignHandler(tools),
    pauseCampaign: pauseCampaignHandler(tools),
    resumeCampaign: resumeCampaignHandler(tools),
    cancelCampaign: cancelCampaignHandler(tools),
    reportCampaign: reportCampaignHandler(tools),
    listCampaignFailures: listCampaignFailuresHandler(tools),
    listCertificates: listCertificatesHandler(tools),
    showCertificate: showCertificateHandler(tools),
    certificateChain: certificateChainHandler(tools),
    exportCertificate: exportCertificateHandler(tools),
    createReplacement: createReplacementHandler(tools),
    listReplacements: listReplacementsHandler(tools),
    showReplacement: showReplacementHandler(tools),
    addReplacementCertificates: addReplacementCertificatesHandler(tools),
    startReplacement: startReplacementHandler(tools),
    pauseReplacement: pauseReplacementHandler(tools),
    resumeReplacement: resumeReplacementHandler(tools),
    cancelReplacement: cancelReplacementHandler(tools),
    importCertificates: importCertificatesHandler(tools),
    requestRevocations: requestRevocationsHandler(tools),
    listRevocations: listRevocationsHandler(tools),
    countRevocations: countRevocationsHandler(tools),
    createToken: createTokenHandler(tools),
    listTokens: listTokensHandler(tools),
    revokeToken: revokeTokenHandler(tools),
    signIn: signInHandler(tools),
    showSession: showSessionHandler(tools),
    signOut: signOutHandler(tools),
    showSignInOptions: showSignInOptionsHandler(tools),
    listSessions: listSessionsHandler(tools),
    endSession: endSessionHandler(tools),
    createOperator: createOperatorHandler(tools),
    listOperators: listOperatorsHandler(tools),
    changeOperator: changeOperatorHandler(tools),
    removeOperator: removeOperatorHandler(tools),
    listAudit: listAuditHandler(tools),
    addWebhook: addWebhookHandler(tools),
    listWebhooks: listWebhooksHandler(tools),
    showWebhook: showWebhookHandler(tools),
    testWebhook: testWebhookHandler(tools),
    pauseWebhook: pauseWebhookHandler(tools),
    resumeWebhook: resumeWebhookHandler(tools),
    rotateWebhookSecret: rotateWebhookSecretHandler(tools),
    replayWebhook: replayWebhookHandler(tools),
    removeWebhook: removeWebhookHandler(tools),
    showStatus: showStatusHandler(tools),
    examine: examineHandler(tools),
    showOverview: showOverviewHandler(tools),
    showSlo: showSloHandler(tools),
    followLive: followLiveHandler(tools),
    rotateKeys: rotateKeysHandler(tools),
    edgeSnapshot: edgeSnapshotHandler(tools),
    edgeFeed: edgeFeedHandler(tools),
    edgeCertificate: edgeCertificateHandler(tools),
    edgeCertificates: edgeCertificatesHandler(tools),
    edgeProof: edgeProofHandler(tools),
    demandCertificate: demandCertificateHandler(tools),
    sendReceipts: sendReceiptsHandler(tools),
    checkLiveness: checkLivenessHandler(),
    checkReadiness: checkReadinessHandler(tools),
    showMetrics: showMetricsHandler(tools),
  };
}
