/** What Prometheus reads. Labels are of low cardinality: never a name, a tenant or an address. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { RecordedReceipt } from "../store/write/receipts.ts";

const seconds = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1_800, 7_200, 43_200];

export class Metrics {
  readonly registry = new Registry();

  readonly step = new Histogram({
    name: "certmill_step_seconds",
    help: "How long a step of an issuance took, from the end of the one before, by step (order, challenge_published, propagation, validation, finalize, download), CA and class.",
    labelNames: ["step", "ca", "class"],
    buckets: seconds,
    registers: [this.registry],
  });
  readonly timeToCertificate = new Histogram({
    name: "certmill_time_to_certificate_seconds",
    help: "From the moment a certificate was wanted to the moment it was stored, by CA and class.",
    labelNames: ["ca", "class"],
    buckets: seconds,
    registers: [this.registry],
  });
  readonly delivery = new Histogram({
    name: "certmill_delivery_seconds",
    help: "From a certificate's storing to its being served by an edge, each edge by itself, by edge group.",
    labelNames: ["edge_group"],
    buckets: seconds,
    registers: [this.registry],
  });
  readonly deliveryFailures = new Counter({
    name: "certmill_deliveries_failed_total",
    help: "Certificates that an edge said it could not serve, by edge group.",
    labelNames: ["edge_group"],
    registers: [this.registry],
  });
  readonly storedToServed = new Histogram({
    name: "certmill_stored_to_served_seconds",
    help: "From a certificate's storing to its being served by as many edges as its group's rule wants, by edge group.",
    labelNames: ["edge_group"],
    buckets: seconds,
    registers: [this.registry],
  });
  readonly issuedToServed = new Histogram({
    name: "certmill_issued_to_served_seconds",
    help: "From the CA's having issued a certificate to its being served by as many edges as its group's rule wants, by edge group.",
    labelNames: ["edge_group"],
    buckets: seconds,
    registers: [this.registry],
  });
  readonly issued = new Counter({
    name: "certmill_certificates_issued_total",
    help: "Certificates stored, by CA and class.",
    labelNames: ["ca", "class"],
    registers: [this.registry],
  });
  readonly failed = new Counter({
    name: "certmill_issuances_failed_total",
    help: "Issuances that ended without a certificate, by failure code, whose doing it is (customer, operator, ca) and CA.",
    labelNames: ["code", "party", "ca"],
    registers: [this.registry],
  });
  readonly delayed = new Counter({
    name: "certmill_issuances_delayed_total",
    help: "Faults that delayed an issuance without ending it, by failure code and CA.",
    labelNames: ["code", "ca"],
    registers: [this.registry],
  });
  readonly caRequests = new Histogram({
    name: "certmill_ca_request_seconds",
    help: "Requests to a CA, by CA, resource and status class (none: no whole answer came).",
    labelNames: ["ca", "resource", "status"],
    buckets: [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers: [this.registry],
  });
  readonly budgetCorrections = new Counter({
    name: "certmill_budget_corrections_total",
    help: "Refusals for a limit that the ledger thought was not used up, by CA and limit.",
    labelNames: ["ca", "limit"],
    registers: [this.registry],
  });
  readonly budgetDrift = new Gauge({
    name: "certmill_budget_drift_tokens",
    help: "By how many tokens the ledger was wrong at the last correction, by CA and limit.",
    labelNames: ["ca", "limit"],
    registers: [this.registry],
  });
  readonly caSlowed = new Counter({
    name: "certmill_ca_slowed_total",
    help: "How often a CA asked for patience (503), by CA.",
    labelNames: ["ca"],
    registers: [this.registry],
  });
  readonly renewalsMoved = new Counter({
    name: "certmill_renewals_moved_total",
    help: "Certificates whose renewal a CA has moved, by CA and urgency (urgent: into the past, as it does when it revokes).",
    labelNames: ["ca", "urgency"],
    registers: [this.registry],
  });
  readonly renewalPolls = new Counter({
    name: "certmill_renewal_polls_total",
    help: "Questions for renewal information, by CA and what came of them (told, unchanged, useless, trouble: the CA did not answer, not-asked: its pace, not-offered).",
    labelNames: ["ca", "result"],
    registers: [this.registry],
  });
  readonly revocations = new Counter({
    name: "certmill_revocations_total",
    help: "Certificates that a CA was asked to revoke, by result (revoked, later: the CA was in trouble, failed: it will not).",
    labelNames: ["result"],
    registers: [this.registry],
  });
  readonly expiring = new Counter({
    name: "certmill_certificates_expiring_total",
    help: "Times that a certificate without a successor was told to near its end: with a fifth of its lifetime, three days and one day left.",
    registers: [this.registry],
  });
  readonly checks = new Counter({
    name: "certmill_checks_total",
    help: "Checks of a certificate's names before its first order, by result (right, wrong).",
    labelNames: ["result"],
    registers: [this.registry],
  });
  readonly vaultLooks = new Counter({
    name: "certmill_vault_looks_total",
    help: "Looks into Vault before a first order, by result (taken, absent, refused: the entry is no good, away: Vault did not answer, spared: it was not asked as it had just failed, stale: the domain needs none any more).",
    labelNames: ["result"],
    registers: [this.registry],
  });
  readonly webhookMessages = new Counter({
    name: "certmill_webhook_messages_total",
    help: "Messages to webhooks, by what came of them (taken, failed: sent again, gave_up: not taken for days).",
    labelNames: ["result"],
    registers: [this.registry],
  });
  readonly responderRequests = new Counter({
    name: "certmill_responder_requests_total",
    help: "Requests for key authorizations, by result.",
    labelNames: ["result"],
    registers: [this.registry],
  });
  readonly traceSpans = new Counter({
    name: "certmill_trace_spans_total",
    help: "Spans of traces, by what became of them (sent, failed: the collector did not take them, dropped: too many waited).",
    labelNames: ["result"],
    registers: [this.registry],
  });
  readonly workerErrors = new Counter({
    name: "certmill_worker_errors_total",
    help: "Rounds and issuances that broke off: the database was away, or a fault of ours.",
    registers: [this.registry],
  });

  constructor() {
    collectDefaultMetrics({ register: this.registry });
  }

  /** An edge said that it serves a certificate, or why it does not. */
  delivered({ error, edgeGroup: edge_group, took, served }: RecordedReceipt): void {
    if (error !== null) {
      this.deliveryFailures.inc({ edge_group });
      return;
    }
    this.delivery.observe({ edge_group }, took / 1_000);
    if (served === null) return;
    this.storedToServed.observe({ edge_group }, took / 1_000);
    if (served.sinceIssued !== null) this.issuedToServed.observe({ edge_group }, served.sinceIssued / 1_000);
  }

  text(): Promise<string> {
    return this.registry.metrics();
  }
}
