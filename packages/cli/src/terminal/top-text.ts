import type { LiveEvent, Overview } from "@certmill/api";
import { flow, type Word } from "./flow.ts";
import { numberText } from "./number-text.ts";
import { printable } from "./printable.ts";
import { stateEmphasis, styled } from "./style.ts";
import { type Column, tableText } from "./table.ts";
import { distanceText, durationText, instantText } from "./time-text.ts";
import { wrap } from "./wrap.ts";

export interface Screen {
  readonly now: number;
  /** In characters; null: it is no terminal. */
  readonly width: number | null;
  /** In lines; null: as many as there are. */
  readonly height: number | null;
}

export interface TopView {
  readonly overview: Overview;
  /** What happened lately, the newest last. */
  readonly events: readonly LiveEvent[];
  /** Certificates stored in the last minute, as it was told; null: no minute has been looked at yet. */
  readonly storedLastMinute: number | null;
}

/** An installation at a glance: first whether it is fine, then what moves, at last what happened. */
export function topText({ overview, events, storedLastMinute }: TopView, screen: Screen): string {
  const { now, width } = screen;
  const blocks = [
    verdictText(overview, width),
    [domainWords(overview), edgeWords(overview, now)]
      .filter((words) => words.length > 0)
      .map((words) => flow(words, width))
      .join("\n"),
    timesText(overview, storedLastMinute, width),
    queueText(overview, now, width),
    casText(overview, now, width),
  ];
  const lines = blocks
    .filter((block) => block !== null)
    .join("\n\n")
    .split("\n");
  const all = [...lines, ...eventLines(events, room(lines.length, screen), width)];
  return (screen.height === null ? all : all.slice(0, screen.height)).join("\n");
}

/** Lines that are left for what happened; its heading and the line before it are not among them. */
const room = (taken: number, { height }: Screen): number => (height === null ? 10 : height - taken - 2);

function verdictText({ alerts, at }: Overview, width: number | null): string {
  const head = `${styled("bold", "certmill top")}  ${styled("dim", instantText(at))}`;
  if (alerts.length === 0) return `${head}  ${styled("green", "All is well.")}`;
  const told = alerts.flatMap(({ severity, sentence }) => {
    const text = printable(sentence);
    const lines = width === null ? [text] : wrap(text, width - 2);
    return lines.map((line, at) =>
      styled(severity === "critical" ? "red" : "yellow", `${at === 0 ? "!" : " "} ${line}`),
    );
  });
  return [head, ...told].join("\n");
}

function domainWords({ domains: { total, byState } }: Overview): readonly Word[] {
  const states = Object.entries(byState)
    .filter(([state, count]) => count > 0 && state !== "removed")
    .map(([state, count]) => ({ text: `${numberText(count)} ${state}`, emphasis: stateEmphasis(state) }));
  return [{ text: countedHead(total, "domain", states), emphasis: "bold" }, ...states];
}

/** A colon only where something follows. */
const countedHead = (count: number, what: string, parts: readonly Word[]): string =>
  `${numberText(count)} ${what}${count === 1 ? "" : "s"}${parts.length === 0 ? "" : ":"}`;

function edgeWords({ edges }: Overview, now: number): readonly Word[] {
  if (edges.total === 0) return [];
  const behind = [
    ...(edges.silent === 0 ? [] : [{ text: `${numberText(edges.silent)} silent`, emphasis: "red" as const }]),
    ...(edges.refusing === 0
      ? []
      : [{ text: `${numberText(edges.refusing)} refusing`, emphasis: "red" as const }]),
    ...(edges.waiting === 0 || edges.oldestWaitingAt === null
      ? []
      : [
          {
            text: `${numberText(edges.waiting)} certificates on their way for ${durationText(now - Date.parse(edges.oldestWaitingAt))}`,
            emphasis: "yellow" as const,
          },
        ]),
  ];
  return [{ text: countedHead(edges.total, "edge", behind), emphasis: "bold" }, ...behind];
}

type Times = Overview["timeToCertificate"]["all"];

interface TimesRow {
  readonly name: string;
  readonly times: Times;
}

const timesColumns = (head: string): readonly Column<TimesRow>[] => [
  { head, cell: ({ name }) => name },
  { head: "24 H", cell: ({ times }) => numberText(times.today.count), align: "right" },
  { head: "P50", cell: ({ times }) => compared(times, "p50Ms"), align: "right" },
  { head: "P95", cell: ({ times }) => compared(times, "p95Ms"), align: "right" },
  { head: "P99", cell: ({ times }) => compared(times, "p99Ms"), align: "right" },
];

/** Today's, and in brackets that of a week before. */
function compared({ today, lastWeek }: Times, quantile: "p50Ms" | "p95Ms" | "p99Ms"): string {
  const now = today[quantile];
  const then = lastWeek[quantile];
  if (now === null) return "";
  return then === null ? durationText(now) : `${durationText(now)} (${durationText(then)})`;
}

function timesText(
  { timeToCertificate, steps }: Overview,
  stored: number | null,
  width: number | null,
): string | null {
  const rows = [
    { name: "all", times: timeToCertificate.all },
    ...timeToCertificate.byClass.map((times) => ({ name: times.class, times })),
    ...steps.map((times) => ({ name: `- ${times.step}`, times })),
  ].filter(({ times }) => times.today.count > 0);
  const rate = stored === null ? [] : [`${numberText(stored)} certificates in the last minute.`];
  if (rows.length === 0) return rate[0] ?? null;
  return [...rate, tableText(timesColumns("TIME TO CERTIFICATE"), rows, width)].join("\n");
}

type QueueClass = Overview["queue"]["classes"][number];

function queueText({ queue }: Overview, now: number, width: number | null): string | null {
  const rows = queue.classes.filter(({ waiting }) => waiting > 0);
  if (rows.length === 0) return null;
  const columns: readonly Column<QueueClass>[] = [
    { head: "IN LINE", cell: (each) => each.class },
    { head: "WAITING", cell: ({ waiting }) => numberText(waiting), align: "right" },
    { head: "PARKED", cell: ({ parked }) => numberText(parked), align: "right" },
    {
      head: "LONGEST",
      cell: ({ oldestAt }) => (oldestAt === null ? "" : durationText(now - Date.parse(oldestAt))),
      align: "right",
    },
  ];
  return tableText(columns, rows, width);
}

type CaRow = Overview["cas"][number] & { readonly issued: number; readonly failed: number };

function casText({ cas, issuance }: Overview, now: number, width: number | null): string | null {
  if (cas.length === 0) return null;
  const rows = cas.map((ca): CaRow => {
    const { issued = 0, failed = 0 } = issuance.find((each) => each.ca === ca.ca) ?? {};
    return { ...ca, issued, failed };
  });
  const columns: readonly Column<CaRow>[] = [
    { head: "CA", cell: ({ ca }) => ca },
    {
      head: "STATE",
      cell: ({ state }) => state,
      emphasis: ({ state }) => (state === "well" ? "green" : "red"),
    },
    { head: "ISSUED 24 H", cell: ({ issued }) => numberText(issued), align: "right" },
    { head: "FAILED", cell: ({ failed }) => numberText(failed), align: "right" },
    { head: "IN FLIGHT", cell: ({ ordersInFlight }) => numberText(ordersInFlight), align: "right" },
    { head: "ORDERS LEFT", cell: ({ budget: [first] }) => leftText(first), align: "right" },
    { head: "FULL IN", cell: ({ budget: [first] }) => fullText(first, now), align: "right" },
  ];
  return tableText(columns, rows, width);
}

type Bucket = Overview["cas"][number]["budget"][number];

const leftText = (bucket: Bucket | undefined): string =>
  bucket === undefined ? "" : `${numberText(bucket.left)}/${numberText(bucket.burst)}`;

const fullText = (bucket: Bucket | undefined, now: number): string =>
  bucket === undefined || bucket.fullAt === null ? "" : distanceText(bucket.fullAt, now);

/** The newest first, as that is where one looks; each in one line. */
function eventLines(events: readonly LiveEvent[], most: number, width: number | null): readonly string[] {
  if (most < 1 || events.length === 0) return [];
  const newest = events.slice(-most).toReversed();
  return ["", styled("bold", "LATELY"), ...newest.map((event) => eventLine(event, width))];
}

function eventLine({ at, domain, sentence }: LiveEvent, width: number | null): string {
  const when = `${instantText(at).slice(11, 19)}  `;
  const text = printable(domain === null ? sentence : `${domain}  ${sentence}`);
  const room = width === null ? text.length : width - when.length;
  return `${styled("dim", when)}${text.length <= room ? text : `${text.slice(0, room - 1)}…`}`;
}
