import { between, type Instant } from "@certmill/domain";
import type { Registry } from "prom-client";
import type { FleetFigures } from "../store/read/fleet-figures.ts";
import { type GaugeOf, one, watchFigures } from "./gauge-table.ts";
import type { Reading } from "./kept-reading.ts";

/** Seconds since then; null: 0, as nothing waits. */
const age = ({ readAt }: FleetFigures, since: Instant | null): number =>
  since === null ? 0 : Math.max(0, between(since, readAt) / 1_000);

const ofGroups = (
  name: string,
  help: string,
  valueOf: (group: FleetFigures["edgeGroups"][number], figures: FleetFigures) => number,
): GaugeOf<FleetFigures> => ({
  name,
  help,
  labels: ["edge_group"],
  samples: (figures) =>
    figures.edgeGroups.map((group) => ({
      labels: { edge_group: group.name },
      value: valueOf(group, figures),
    })),
});

const gauges: readonly GaugeOf<FleetFigures>[] = [
  {
    name: "certmill_work_oldest_due_seconds",
    help: "For how long the longest due work has been due; 0: nothing is. It grows where no worker does it.",
    labels: [],
    samples: (figures) => one(age(figures, figures.oldestDueAt)),
  },
  {
    name: "certmill_queue_lineages",
    help: "Certificates that wait to be ordered, by class and state (in_line, parked: for a limit of their own).",
    labels: ["class", "state"],
    samples: ({ lines }) =>
      lines.flatMap(({ workClass, inLine, parked }) => [
        { labels: { class: workClass, state: "in_line" }, value: inLine },
        { labels: { class: workClass, state: "parked" }, value: parked },
      ]),
  },
  {
    name: "certmill_queue_oldest_seconds",
    help: "For how long the one that has stood in line longest has, by class. Parked ones do not count.",
    labels: ["class"],
    samples: (figures) =>
      figures.lines.map(({ workClass, oldestAt }) => ({
        labels: { class: workClass },
        value: age(figures, oldestAt),
      })),
  },
  {
    name: "certmill_queue_parked_lineages",
    help: "Certificates that wait for a limit of their own, by CA and limit.",
    labels: ["ca", "limit"],
    samples: ({ parked }) =>
      parked.map(({ ca, limit, lineages }) => ({ labels: { ca, limit }, value: lineages })),
  },
  {
    name: "certmill_certificates_renewal_late",
    help: "Certificates to be served whose CA's renewal window has passed, or without one three quarters of their lifetime, and whose customers have nothing to put right.",
    labels: [],
    samples: ({ renewals }) => one(renewals.late),
  },
  {
    name: "certmill_certificates_ending",
    help: "Certificates to be served with less than a sixth of their lifetime, or three days, left: their renewal has been failing for long.",
    labels: [],
    samples: ({ ending }) => one(ending),
  },
  {
    name: "certmill_renewal_poll_oldest_due_seconds",
    help: "For how long the longest due question for renewal information has been due; 0: none is.",
    labels: [],
    samples: (figures) => one(age(figures, figures.renewals.oldestPollAt)),
  },
  ofGroups("certmill_edges", "Edges, by group.", ({ edges }) => edges),
  ofGroups(
    "certmill_edges_silent",
    "Edges that have not asked for anything for 5 minutes, by group.",
    ({ silent }) => silent,
  ),
  ofGroups(
    "certmill_edges_behind",
    "Edges that ask, and lack one of the newest 50 certificates 5 minutes after it was stored, by group.",
    ({ behind }) => behind,
  ),
  ofGroups(
    "certmill_edge_certificates_undelivered",
    "Current certificates that fewer edges serve than their group's rule wants, by group; 10,000 at most.",
    ({ undelivered }) => undelivered,
  ),
  ofGroups(
    "certmill_edge_undelivered_oldest_seconds",
    "For how long the oldest of them has been stored, by group; 0: there is none.",
    ({ oldestUndeliveredAt }, figures) => age(figures, oldestUndeliveredAt),
  ),
  {
    name: "certmill_webhooks_failing",
    help: "Webhooks that take nothing at the moment, or are disabled for it.",
    labels: [],
    samples: ({ failingWebhooks }) => one(failingWebhooks),
  },
];

/** The same from every process with the API. */
export const watchFleet = (registry: Registry, read: Reading<FleetFigures>): void =>
  watchFigures(registry, read, gauges);
