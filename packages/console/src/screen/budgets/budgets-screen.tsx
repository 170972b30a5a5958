import { type Budget, operations } from "@certmill/api";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ShareBar } from "../../chart/share-bar.tsx";
import { Asked } from "../../kit/asked.tsx";
import { Instant } from "../../kit/instant.tsx";
import { Mark } from "../../kit/mark.tsx";
import { Empty, Notice } from "../../kit/notice.tsx";
import { Panel } from "../../kit/panel.tsx";
import { Screen } from "../../kit/screen.tsx";
import { Table } from "../../kit/table.tsx";
import { ask } from "../../server/ask.ts";
import { count, counted } from "../../text/number.ts";
import { caTones } from "../cas/ca-tones.ts";
import { BucketMeter } from "./bucket-meter.tsx";
import { limitWords } from "./limit-words.ts";

/** What is left of the CAs' limits, by our own ledger: no CA tells. */
export function BudgetsScreen() {
  const query = useQuery(ask(operations.listBudgets, { query: { limit: 100 } }));
  return (
    <Screen
      title="Budgets"
      lead="What is left of each CA's limits, when it refills, who spent it, and who waits. No CA tells what is left: it is what our own ledger knows."
    >
      <Asked query={query} what="the budgets">
        {({ items }) =>
          items.length === 0 ? (
            <Panel title="No CA yet">
              <Empty title="There is no CA, so there is no budget.">
                <p>
                  <Link to="/cas">Add one</Link>
                </p>
              </Empty>
            </Panel>
          ) : (
            items.map((budget) => <CaBudget key={budget.ca} budget={budget} />)
          )
        }
      </Asked>
    </Screen>
  );
}

function CaBudget({ budget }: { readonly budget: Budget }) {
  const { ca, state, account, spent, tightest, paused, parked } = budget;
  return (
    <Panel title={ca} aside={<Mark tone={caTones[state]} word={state} />}>
      <div className="columns">
        <div className="stack">
          {account.length === 0 ? (
            <p className="soft">It has no limit that counts all we do there.</p>
          ) : (
            account.map((bucket) => <BucketMeter key={bucket.limit} title="Account" bucket={bucket} />)
          )}
          {paused.count === 0 ? null : (
            <Notice tone="warn" title={`${counted(paused.count, "name is", "names are")} paused at this CA.`}>
              <p>{paused.sentence}</p>
            </Notice>
          )}
          <Parked parked={parked} />
        </div>
        <div className="stack">
          <h3>
            {counted(spent.day.orders, "order")} in 24 hours, {count(spent.week.orders)} in 7 days
          </h3>
          <ShareBar
            label={`${ca}: orders of 7 days by class`}
            parts={[
              { key: "emergency", label: "emergency", value: spent.week.byClass.emergency, look: "tone-bad" },
              {
                key: "interactive",
                label: "interactive",
                value: spent.week.byClass.interactive,
                look: "tone-good",
              },
              { key: "renewal", label: "renewal", value: spent.week.byClass.renewal, look: "tone-busy" },
              { key: "campaign", label: "campaign", value: spent.week.byClass.campaign, look: "tone-other" },
            ]}
          />
          <Tightest tightest={tightest} />
        </div>
      </div>
    </Panel>
  );
}

function Parked({ parked }: Pick<Budget, "parked">) {
  if (parked.lineages === 0)
    return <p className="soft small">No certificate waits for a limit of its own.</p>;
  return (
    <div>
      <h3>{counted(parked.lineages, "certificate waits", "certificates wait")} for a limit of their own</h3>
      <Table label="Where certificates wait">
        <tbody>
          {parked.limits.map(({ limit, key, lineages, nextAt }) => (
            <tr key={`${limit} ${key}`}>
              <td>
                {key} <span className="soft small">{limitWords(limit)}</span>
              </td>
              <td className="number">{count(lineages)}</td>
              <td className="number">
                <Instant at={nextAt} />
              </td>
            </tr>
          ))}
        </tbody>
      </Table>
    </div>
  );
}

function Tightest({ tightest }: Pick<Budget, "tightest">) {
  if (tightest.length === 0) return null;
  return (
    <Table label="Registered domains with the least left">
      <thead>
        <tr>
          <th scope="col">Least left</th>
          <th scope="col" className="number">
            Left
          </th>
          <th scope="col" className="number">
            Full
          </th>
        </tr>
      </thead>
      <tbody>
        {tightest.map(({ key, limit, left, burst, fullAt }) => (
          <tr key={`${limit} ${key}`}>
            <td>{key}</td>
            <td className="number">
              {count(left)} of {count(burst)}
            </td>
            <td className="number">
              <Instant at={fullAt} none="now" />
            </td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}
