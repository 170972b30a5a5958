import type { Overview } from "@certmill/api";
import { Link } from "@tanstack/react-router";
import { Empty } from "../../kit/notice.tsx";
import { Panel } from "../../kit/panel.tsx";
import { BucketMeter } from "../budgets/bucket-meter.tsx";

/** What is left of each CA's limits, and when there is more. */
export function BudgetsPanel({ overview }: { readonly overview: Overview }) {
  const limited = overview.cas.filter(({ budget }) => budget.length > 0);
  return (
    <Panel title="Budgets" aside={<Link to="/budgets">All budgets</Link>}>
      {limited.length === 0 ? (
        <Empty title="No CA here has a limit that counts all we do." />
      ) : (
        <div className="stack">
          {limited.flatMap(({ ca, budget }) =>
            budget.map((bucket) => <BucketMeter key={`${ca} ${bucket.limit}`} title={ca} bucket={bucket} />),
          )}
        </div>
      )}
    </Panel>
  );
}
