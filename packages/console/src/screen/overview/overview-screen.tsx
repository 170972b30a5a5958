import { type Overview, operations } from "@certmill/api";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { HeatMap } from "../../chart/heat-map.tsx";
import { Asked } from "../../kit/asked.tsx";
import { CountedAt } from "../../kit/counted-at.tsx";
import { Panel } from "../../kit/panel.tsx";
import { Screen } from "../../kit/screen.tsx";
import { ask } from "../../server/ask.ts";
import { BudgetsPanel } from "./budgets-panel.tsx";
import { CasPanel } from "./cas-panel.tsx";
import { EdgesPanel } from "./edges-panel.tsx";
import { IssuancePanel } from "./issuance-panel.tsx";
import { QueuePanel } from "./queue-panel.tsx";
import { SloPanel } from "./slo-panel.tsx";
import { StatesPanel } from "./states-panel.tsx";
import { StepsPanel, TimePanel } from "./time-panels.tsx";
import { VerdictPanel } from "./verdict-panel.tsx";

/** Is it fine? The answer first, then everything it rests on. */
export function OverviewScreen() {
  const query = useQuery(ask(operations.showOverview, {}));
  return (
    <Screen title="Overview">
      <Asked query={query} what="the overview">
        {(overview) => (
          <>
            <VerdictPanel overview={overview} />
            <div className="columns even">
              <TimePanel overview={overview} />
              <StepsPanel overview={overview} />
              <IssuancePanel overview={overview} />
              <StatesPanel overview={overview} />
              <QueuePanel overview={overview} />
              <BudgetsPanel overview={overview} />
              <ExpiriesPanel expiries={overview.expiries} />
              <SloPanel />
              <CasPanel overview={overview} />
              <EdgesPanel overview={overview} />
            </div>
          </>
        )}
      </Asked>
    </Screen>
  );
}

function ExpiriesPanel({ expiries }: { readonly expiries: Overview["expiries"] }) {
  return (
    <Panel
      title="Certificates that end in the next 90 days"
      aside={
        <>
          <CountedAt at={expiries.asOf} />
          <Link to="/expiries">All expiries</Link>
        </>
      }
    >
      <HeatMap
        label="Certificates that end, by day"
        days={expiries.days.map(({ day, certificates }) => ({ day, value: certificates }))}
        words={["certificate ends", "certificates end"]}
      />
    </Panel>
  );
}
