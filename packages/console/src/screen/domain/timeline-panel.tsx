import { type HistoryEntry, operations } from "@certmill/api";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Asked } from "../../kit/asked.tsx";
import { Button } from "../../kit/button.tsx";
import { Empty } from "../../kit/notice.tsx";
import { Panel } from "../../kit/panel.tsx";
import { askPages } from "../../server/ask.ts";
import { date, duration, timeOfDay } from "../../text/time.ts";
import { authorityWords, detailLines, toneOfEvent, withoutWords } from "./timeline-words.ts";

/** Every step, the newest first: when, how long it took, and what the CA said to it. */
export function TimelinePanel({ name }: { readonly name: string }) {
  const query = useInfiniteQuery(
    askPages(operations.listTimeline, { params: { name }, query: { limit: 25 } }),
  );
  const asked = { ...query, isPlaceholderData: false };
  return (
    <Panel title="Timeline" aside="UTC, the newest first">
      <Asked query={asked} what="the timeline">
        {({ pages }) => (
          <>
            <Days entries={pages.flatMap(({ items }) => items)} />
            {query.hasNextPage ? (
              <div>
                <Button busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
                  Show earlier steps
                </Button>
              </div>
            ) : null}
          </>
        )}
      </Asked>
    </Panel>
  );
}

function Days({ entries }: { readonly entries: readonly HistoryEntry[] }) {
  if (entries.length === 0) return <Empty title="Nothing has happened yet." />;
  return [...Map.groupBy(entries, ({ at }) => date(at))].map(([day, steps]) => (
    <div key={day} className="timeline-day">
      <h3>{day}</h3>
      <ol className="timeline">
        {steps.map((entry) => (
          <Step key={entry.id} entry={entry} />
        ))}
      </ol>
    </div>
  ));
}

function Step({ entry }: { readonly entry: HistoryEntry }) {
  const words = authorityWords(entry.detail);
  const lines = detailLines(entry.detail);
  return (
    <li className={`step step-${toneOfEvent(entry.kind)}`}>
      <time dateTime={entry.at} className="step-time">
        {timeOfDay(entry.at)}
      </time>
      <div className="step-body">
        <p>{withoutWords(entry.sentence, words)}</p>
        {words === null ? null : <blockquote className="ca-words">{words}</blockquote>}
        {lines.length === 0 ? null : (
          <details className="step-detail">
            <summary>{entry.kind}</summary>
            <dl className="facts">
              {lines.map(([name, value]) => (
                <div key={name} className="fact">
                  <dt>{name}</dt>
                  <dd>
                    <code>{value}</code>
                  </dd>
                </div>
              ))}
            </dl>
          </details>
        )}
      </div>
      <span className="step-took">{entry.durationMs === null ? "" : duration(entry.durationMs)}</span>
    </li>
  );
}
