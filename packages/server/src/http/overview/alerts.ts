/** What is wrong, and what to do about it, in sentences. */
import type { Overview } from "@certmill/api";
import { type Duration, type Instant, instant, minutes, minuteText } from "@certmill/domain";
import { instantText, instantTextOrNull } from "../present/instant-text.ts";

export type Alert = Overview["alerts"][number];

/** What alerts are made from. */
export interface Signs {
  readonly cas: Overview["cas"];
  readonly queue: Overview["queue"];
  readonly edges: Overview["edges"];
  readonly expiring: number;
  readonly ended: number;
  readonly late: number;
  readonly lateSince: Instant | null;
  /** Since when work, and checks that somebody waits for, are overdue; null: none is. */
  readonly overdue: { readonly work: Instant | null; readonly checks: Instant | null };
  readonly failingWebhooks: number;
  readonly now: Instant;
}

/** What is on its way to edges is there within seconds. */
const deliveryPatience: Duration = minutes(10);

/** Critical ones first. */
export function alertsOf(signs: Signs): Alert[] {
  const alerts = [
    ...signs.cas.flatMap(caDown),
    ...ends(signs),
    ...late(signs),
    ...edges(signs),
    ...budgets(signs),
    ...overdue(signs),
    ...webhooks(signs),
  ];
  return alerts.toSorted((a, b) => Number(b.severity === "critical") - Number(a.severity === "critical"));
}

const usual = { count: null, ca: null, since: null } as const;

const many = (count: number, one: string, more: string): string =>
  count === 1 ? `One ${one}` : `${count.toLocaleString("en")} ${more}`;

function caDown({ ca, state, stateUntil, statusPage }: Overview["cas"][number]): Alert[] {
  const says = statusPage === null ? "" : ` Its status page says: ${statusPage.status}.`;
  if (state === "failing") {
    const next = stateUntil === null ? "" : ` until ${stateUntil}`;
    const sentence = `${ca} fails: it gets no orders${next}, then one to try.${says} Where another CA is in the pool it takes over.`;
    return [{ ...usual, code: "ca-down", severity: "critical", ca, sentence }];
  }
  if (statusPage === null || statusPage.status === "fine") return [];
  const severity = statusPage.status === "down" ? "critical" : "warning";
  const sentence = `The status page of ${ca} says that it is ${statusPage.status}. Orders go on at a slower pace.`;
  return [{ ...usual, code: "ca-down", severity, ca, sentence, since: statusPage.readAt }];
}

function ends({ expiring, ended }: Signs): Alert[] {
  if (expiring + ended === 0) return [];
  const past = ended === 0 ? "" : ` ${many(ended, "has", "have")} ended already.`;
  return [
    {
      ...usual,
      code: "certificates-expiring",
      severity: "critical",
      count: Math.max(expiring, ended),
      sentence: `${many(Math.max(expiring, ended), "certificate nears its end and has", "certificates near their end and have")} no successor.${past} Look at the domains that fail, those that end first.`,
    },
  ];
}

const late = ({ late: count, lateSince }: Signs): Alert[] =>
  count === 0
    ? []
    : [
        {
          ...usual,
          code: "renewals-late",
          severity: "warning",
          count,
          since: instantTextOrNull(lateSince),
          sentence: `${many(count, "renewal was", "renewals were")} due over a day ago. Look at why they fail, at the line and at what is left of the limits.`,
        },
      ];

function edges({ edges: { silent, refusing, waiting, oldestWaitingAt }, now }: Signs): Alert[] {
  const stuck = oldestWaitingAt !== null && Date.parse(oldestWaitingAt) < now - deliveryPatience;
  if (silent === 0 && refusing === 0 && !stuck) return [];
  const said = [
    ...(silent === 0 ? [] : [`${many(silent, "edge was", "edges were")} not heard of for 15 minutes.`]),
    ...(refusing === 0 ? [] : [`${many(refusing, "edge cannot", "edges cannot")} take a certificate.`]),
    ...(stuck ? [`${many(waiting, "certificate waits", "certificates wait")} to be served.`] : []),
  ];
  return [
    {
      ...usual,
      code: "edges-behind",
      severity: stuck ? "critical" : "warning",
      count: silent + refusing,
      since: oldestWaitingAt,
      sentence: `${said.join(" ")} Look at the agents' logs there.`,
    },
  ];
}

/** Nothing is left, and somebody waits. */
function budgets({ cas, queue }: Signs): Alert[] {
  const waiting = queue.classes.reduce((sum, each) => sum + each.waiting - each.parked, 0);
  if (waiting === 0) return [];
  return cas.flatMap(({ ca, budget }) =>
    budget
      .flatMap(({ left, nextAt }) => (left > 0 || nextAt === null ? [] : [nextAt]))
      .map(
        (nextAt): Alert => ({
          ...usual,
          code: "budget-short",
          severity: "warning",
          ca,
          count: waiting,
          sentence: `No new order is left at ${ca} until ${minuteText(instant(Date.parse(nextAt)))}, and ${many(waiting, "certificate waits", "certificates wait")} in line. Ask the CA for an override, or add a second one (certmill plan).`,
        }),
      ),
  );
}

function overdue({ overdue: { work, checks } }: Signs): Alert[] {
  return [
    ...(work === null
      ? []
      : [
          {
            ...usual,
            code: "work-stuck",
            severity: "critical",
            since: instantText(work),
            sentence:
              "An issuance that was due is not taken up. Look whether processes with the role worker run, and at their logs.",
          } as const,
        ]),
    ...(checks === null
      ? []
      : [
          {
            ...usual,
            code: "checks-stuck",
            severity: "warning",
            since: instantText(checks),
            sentence:
              "Checks of names that somebody waits for are not made. Look at the workers' logs, and whether they reach the name servers.",
          } as const,
        ]),
  ];
}

const webhooks = ({ failingWebhooks: count }: Signs): Alert[] =>
  count === 0
    ? []
    : [
        {
          ...usual,
          code: "webhooks-failing",
          severity: "warning",
          count,
          sentence: `${many(count, "webhook takes", "webhooks take")} nothing, or was disabled for it. Look at its last answers.`,
        },
      ];
