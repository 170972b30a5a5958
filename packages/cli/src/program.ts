import { Command } from "commander";
import { registerAudit } from "./audit.ts";
import { registerBudget } from "./budget.ts";
import { registerCaAdd } from "./ca-add.ts";
import { registerCaList } from "./ca-list.ts";
import { registerCaSet } from "./ca-set.ts";
import { registerCampaignCancel, registerCampaignPause, registerCampaignResume } from "./campaign-change.ts";
import { registerCampaignCreate } from "./campaign-create.ts";
import { registerCampaignList } from "./campaign-list.ts";
import { registerCampaignReport } from "./campaign-report.ts";
import { registerCampaignShow } from "./campaign-show.ts";
import { registerCertificateExport } from "./certificate-export.ts";
import { registerCertificateList } from "./certificate-list.ts";
import { registerCertificateShow } from "./certificate-show.ts";
import { registerCompletion } from "./completion/completion.ts";
import { registerDnsAdd } from "./dns-add.ts";
import { registerDnsList } from "./dns-list.ts";
import { registerDnsRemove } from "./dns-remove.ts";
import { registerDnsTest } from "./dns-test.ts";
import { registerDoctor } from "./doctor.ts";
import { registerDomainAdd } from "./domain-add.ts";
import { registerDomainCheck } from "./domain-check.ts";
import { registerDomainImport } from "./domain-import.ts";
import { registerDomainList } from "./domain-list.ts";
import { registerDomainPause, registerDomainResume } from "./domain-pause.ts";
import { registerDomainRemove } from "./domain-remove.ts";
import { registerDomainRetry } from "./domain-retry.ts";
import { registerDomainSet } from "./domain-set.ts";
import { registerDomainShow } from "./domain-show.ts";
import { registerEdgeDoctor } from "./edge-doctor.ts";
import { registerEdgeGroups } from "./edge-groups.ts";
import { registerEdgeInstall } from "./edge-install.ts";
import { registerEdgeJoinToken } from "./edge-join-token-create.ts";
import { registerEdgeList } from "./edge-list.ts";
import { registerEdgeRemove } from "./edge-remove.ts";
import { registerEdgeRun } from "./edge-run.ts";
import { registerEdgeSet } from "./edge-set.ts";
import { exitCodes } from "./exit-code.ts";
import { registerImport } from "./import-certificates.ts";
import { registerKeyCreate } from "./key-create.ts";
import { registerKeyRotate } from "./key-rotate.ts";
import { registerLimitList } from "./limit-list.ts";
import { registerLimitRemove } from "./limit-remove.ts";
import { registerLimitSet } from "./limit-set.ts";
import { registerOperatorCreate } from "./operator-create.ts";
import { registerOperatorList } from "./operator-list.ts";
import { registerOperatorRemove } from "./operator-remove.ts";
import { registerOperatorSet } from "./operator-set.ts";
import { registerPlan } from "./plan.ts";
import { registerReplace } from "./replace/replace.ts";
import {
  registerReplaceCancel,
  registerReplacePause,
  registerReplaceResume,
} from "./replace/replace-change.ts";
import { registerReplaceList } from "./replace/replace-list.ts";
import { registerReplaceShow } from "./replace/replace-show.ts";
import { registerReportBudget } from "./report-budget.ts";
import { registerReportChanges } from "./report-changes.ts";
import { registerReportExpiries } from "./report-expiries.ts";
import { registerReportFailures } from "./report-failures.ts";
import { registerResponderSnippet } from "./responder-snippet.ts";
import { registerRevoke } from "./revoke/revoke.ts";
import { registerRevokeList } from "./revoke/revoke-list.ts";
import { registerRevokeShow } from "./revoke/revoke-show.ts";
import { registerServe } from "./serve.ts";
import { registerSimCa } from "./sim-ca.ts";
import { registerStatus } from "./status.ts";
import { registerTenantList } from "./tenant-list.ts";
import { registerTenantSet } from "./tenant-set.ts";
import { registerTokenCreate } from "./token-create.ts";
import { registerTokenList } from "./token-list.ts";
import { registerTokenRevoke } from "./token-revoke.ts";
import { registerTop } from "./top.ts";
import { registerWatch } from "./watch.ts";
import { registerWebhookAdd } from "./webhook-add.ts";
import {
  registerWebhookPause,
  registerWebhookRemove,
  registerWebhookReplay,
  registerWebhookResume,
  registerWebhookRotateSecret,
} from "./webhook-change.ts";
import { registerWebhookList } from "./webhook-list.ts";
import { registerWebhookShow } from "./webhook-show.ts";
import { registerWebhookTest } from "./webhook-test.ts";

/** What stands after the noun; its commands are named in the order in which one needs them. */
type Register = (noun: Command) => void;

const nouns: readonly (readonly [name: string, description: string, ...commands: Register[]])[] = [
  ["ca", "certificate authorities to issue from", registerCaAdd, registerCaList, registerCaSet],
  ["limit", "what the CAs allow", registerLimitSet, registerLimitList, registerLimitRemove],
  [
    "domain",
    "the names that are to be covered",
    registerDomainAdd,
    registerDomainImport,
    registerDomainList,
    registerDomainShow,
    registerDomainSet,
    registerDomainCheck,
    registerDomainRetry,
    registerDomainPause,
    registerDomainResume,
    registerDomainRemove,
  ],
  [
    "campaign",
    "long lists of domains, enrolled at the pace that the limits allow",
    registerCampaignCreate,
    registerCampaignList,
    registerCampaignShow,
    registerCampaignPause,
    registerCampaignResume,
    registerCampaignCancel,
    registerCampaignReport,
  ],
  [
    "report",
    "what an operator looks at in the morning",
    registerReportFailures,
    registerReportChanges,
    registerReportExpiries,
    registerReportBudget,
  ],
  [
    "certificate",
    "what the CAs issued",
    registerCertificateList,
    registerCertificateShow,
    registerCertificateExport,
  ],
  [
    "dns",
    "who has the zones that proofs are written into, for wildcards",
    registerDnsAdd,
    registerDnsList,
    registerDnsTest,
    registerDnsRemove,
  ],
  ["tenant", "whose domains they are", registerTenantSet, registerTenantList],
  ["token", "who may use the API", registerTokenCreate, registerTokenList, registerTokenRevoke],
  [
    "operator",
    "people who sign in at the console with a password",
    registerOperatorCreate,
    registerOperatorList,
    registerOperatorSet,
    registerOperatorRemove,
  ],
  [
    "webhook",
    "addresses that are told of what happens",
    registerWebhookAdd,
    registerWebhookList,
    registerWebhookShow,
    registerWebhookTest,
    registerWebhookPause,
    registerWebhookResume,
    registerWebhookReplay,
    registerWebhookRotateSecret,
    registerWebhookRemove,
  ],
  ["key", "the key-encryption keys", registerKeyCreate, registerKeyRotate],
  ["responder", "what answers the CA's challenges", registerResponderSnippet],
  [
    "edge",
    "the agent beside a reverse proxy",
    registerEdgeJoinToken,
    registerEdgeInstall,
    registerEdgeRun,
    registerEdgeList,
    registerEdgeDoctor,
    registerEdgeRemove,
    registerEdgeSet,
    registerEdgeGroups,
  ],
  ["sim", "a CA to test against", registerSimCa],
];

/** The whole command line. A wrong one, `--help` and `--version` are thrown as a `CommanderError`. */
export function buildProgram(version: string, format: "text" | "json" = "text"): Command {
  const program = new Command("certmill")
    .description("TLS certificates for everyone a hosting provider hosts")
    .version(version)
    .enablePositionalOptions()
    .showHelpAfterError("(add --help to see what it takes)")
    .configureOutput(format === "json" ? { outputError: tellAsJson, writeErr: () => {} } : {})
    .exitOverride()
    .addHelpText("after", afterHelp);
  registerServe(program);
  registerStatus(program);
  registerTop(program);
  registerWatch(program);
  registerDoctor(program);
  registerPlan(program);
  registerBudget(program);
  registerAudit(program);
  registerReplace(
    program,
    registerReplaceShow,
    registerReplaceList,
    registerReplacePause,
    registerReplaceResume,
    registerReplaceCancel,
  );
  registerImport(program);
  registerRevoke(program, registerRevokeShow, registerRevokeList);
  for (const [name, description, ...commands] of nouns) {
    const noun = program.command(name).description(description);
    for (const register of commands) register(noun);
  }
  registerCompletion(program);
  return program;
}

/** A wrong command line, as every other error is told to programs. */
function tellAsJson(text: string): void {
  const message = text.replace(/^error: /, "").trim();
  process.stderr.write(`${JSON.stringify({ error: { code: "bad-input", message, more: [] } })}\n`);
}

const afterHelp = [
  "",
  "Begin with:",
  "  $ certmill serve",
  "  $ certmill ca add letsencrypt --contact ops@example.com --agree-tos",
  "  $ certmill domain add shop.example.com --with-www --wait",
  "",
  "Exit codes:",
  ...Object.values(exitCodes).map(({ code, meaning }) => `  ${String(code).padStart(3)}  ${meaning}`),
].join("\n");
