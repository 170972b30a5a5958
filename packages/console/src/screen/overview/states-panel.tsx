import { domainStates, type Overview } from "@certmill/api";
import { Link } from "@tanstack/react-router";
import { ShareBar } from "../../chart/share-bar.tsx";
import { CountedAt } from "../../kit/counted-at.tsx";
import { Panel } from "../../kit/panel.tsx";
import { StateMark, toneOf } from "../../kit/state-mark.tsx";

/** Where the domains stand; each state leads to the list of them. */
export function StatesPanel({ overview }: { readonly overview: Overview }) {
  const { byState, asOf } = overview.domains;
  const parts = domainStates
    .filter((state) => state !== "removed")
    .map((state) => ({
      key: state,
      label: (
        <Link to="/domains" search={{ state }}>
          <StateMark state={state} />
        </Link>
      ),
      value: byState[state],
      look: `tone-${toneOf(state)}`,
    }));
  return (
    <Panel title="Domains by state" className="third" aside={<CountedAt at={asOf} />}>
      <ShareBar label="Domains by state" parts={parts} />
    </Panel>
  );
}
