import type { Overview } from "@certmill/api";
import { Figure, Figures } from "../../kit/figure.tsx";
import { Icon } from "../../kit/icon.tsx";
import { Instant } from "../../kit/instant.tsx";
import { Mark } from "../../kit/mark.tsx";
import { Sentence } from "../../kit/sentence.tsx";
import { count, share } from "../../text/number.ts";
import { duration } from "../../text/time.ts";
import { verdictOf } from "./verdict.ts";

type Alert = Overview["alerts"][number];

/** The answer in a sentence, what is wrong if anything is, and the six numbers that say how the day goes. */
export function VerdictPanel({ overview }: { readonly overview: Overview }) {
  const { tone, headline } = verdictOf(overview);
  return (
    <section className={`verdict verdict-${tone}`} aria-label="Is it fine?">
      <div className="verdict-head">
        <Icon name={tone} />
        <p className="verdict-headline">{headline}</p>
      </div>
      {overview.alerts.length === 0 ? null : (
        <ul className="alerts">
          {overview.alerts.map((alert) => (
            <AlertItem key={`${alert.code} ${alert.ca}`} alert={alert} />
          ))}
        </ul>
      )}
      <KeyFigures overview={overview} />
    </section>
  );
}

function AlertItem({ alert: { severity, sentence, since } }: { readonly alert: Alert }) {
  return (
    <li className="alert">
      <Mark tone={severity === "critical" ? "bad" : "warn"} word={severity} />
      <p>
        <Sentence text={sentence} />
      </p>
      <span className="soft small">{since === null ? "" : <Instant at={since} />}</span>
    </li>
  );
}

function KeyFigures({ overview }: { readonly overview: Overview }) {
  const { domains, timeToCertificate, issuance, queue, edges } = overview;
  const { today, lastWeek } = timeToCertificate.all;
  const issued = sum(issuance.map((each) => each.issued));
  const failed = sum(issuance.map((each) => each.failed));
  const waiting = sum(queue.classes.map((each) => each.waiting));
  const { active } = domains.byState;
  return (
    <Figures>
      <Figure
        name="Domains"
        value={count(domains.total)}
        note={domains.total === 0 ? "none yet" : `${share(active / domains.total)} active`}
      />
      <Figure
        name="Time to certificate, median"
        value={today.p50Ms === null ? "–" : duration(today.p50Ms)}
        note={lastWeek.p50Ms === null ? "nothing last week" : `${duration(lastWeek.p50Ms)} last week`}
      />
      <Figure
        name="95 of 100 within"
        value={today.p95Ms === null ? "–" : duration(today.p95Ms)}
        note={lastWeek.p95Ms === null ? "nothing last week" : `${duration(lastWeek.p95Ms)} last week`}
      />
      <Figure name="Issued in 24 hours" value={count(issued)} note={`${count(failed)} failed`} />
      <Figure name="In line" value={count(waiting)} note={oldestNote(queue.classes)} />
      <Figure
        name="Edges"
        value={count(edges.total)}
        note={edges.behind.length === 0 ? "none behind" : `${edges.behind.length} behind`}
      />
    </Figures>
  );
}

function oldestNote(classes: Overview["queue"]["classes"]) {
  const [oldest] = classes
    .map(({ oldestAt }) => oldestAt)
    .filter((at) => at !== null)
    .sort();
  if (oldest === undefined) return "nobody waits";
  return (
    <>
      since <Instant at={oldest} />
    </>
  );
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
