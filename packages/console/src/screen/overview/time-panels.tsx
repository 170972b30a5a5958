import type { Overview } from "@certmill/api";
import { Empty } from "../../kit/notice.tsx";
import { Panel } from "../../kit/panel.tsx";
import { Table } from "../../kit/table.tsx";
import { count } from "../../text/number.ts";
import { duration } from "../../text/time.ts";
import { changeWords } from "./change-words.ts";

interface Compared {
  readonly today: Quantiles;
  readonly lastWeek: Quantiles;
}

type Quantiles = Overview["timeToCertificate"]["all"]["today"];

interface ComparedRow extends Compared {
  readonly name: string;
}

/** From the wish to the certificate, by class: today, and how that was a week ago. */
export function TimePanel({ overview }: { readonly overview: Overview }) {
  const { all, byClass } = overview.timeToCertificate;
  const rows = [{ name: "all", ...all }, ...byClass.map((each) => ({ ...each, name: each.class }))];
  return (
    <Panel title="Time to certificate" aside="last 24 h, against a week before" flush>
      <ComparedTable label="Time to certificate" head="Class" rows={rows} />
    </Panel>
  );
}

/** How long each step of an issuance takes. */
export function StepsPanel({ overview }: { readonly overview: Overview }) {
  const rows = overview.steps.map((each) => ({ ...each, name: each.step }));
  return (
    <Panel title="Steps" aside="last 24 h, against a week before" flush>
      <ComparedTable label="Duration of each step" head="Step" rows={rows} />
    </Panel>
  );
}

interface ComparedTableProps {
  readonly label: string;
  readonly head: string;
  readonly rows: readonly ComparedRow[];
}

function ComparedTable({ label, head, rows }: ComparedTableProps) {
  const counted = rows.filter(({ today, lastWeek }) => today.count + lastWeek.count > 0);
  if (counted.length === 0) return <Empty title="Nothing was issued yet." />;
  return (
    <Table label={label}>
      <thead>
        <tr>
          <th scope="col">{head}</th>
          <th scope="col" className="number">
            p50
          </th>
          <th scope="col" className="number">
            p95
          </th>
          <th scope="col" className="number">
            p99
          </th>
          <th scope="col" className="number narrow-last">
            p95 before
          </th>
          <th scope="col" className="number wide-only">
            Count
          </th>
        </tr>
      </thead>
      <tbody>
        {counted.map(({ name, today, lastWeek }) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td className="number">{text(today.p50Ms)}</td>
            <td className="number">{text(today.p95Ms)}</td>
            <td className="number">{text(today.p99Ms)}</td>
            <td className="number soft narrow-last">
              {text(lastWeek.p95Ms)} <Change before={lastWeek.p95Ms} now={today.p95Ms} />
            </td>
            <td className="number soft wide-only">{count(today.count)}</td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}

const text = (ms: number | null): string => (ms === null ? "–" : duration(ms));

function Change({ before, now }: { readonly before: number | null; readonly now: number | null }) {
  const change = changeWords(before, now);
  return change === null ? null : <span className={`change change-${change.tone}`}>{change.words}</span>;
}
