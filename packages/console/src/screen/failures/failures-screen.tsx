import { type FailureGroup, operations } from "@certmill/api";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useMemo } from "react";
import { Asked } from "../../kit/asked.tsx";
import { Button } from "../../kit/button.tsx";
import { DataTable } from "../../kit/data-table.tsx";
import { SelectField } from "../../kit/field.tsx";
import { Figure, Figures } from "../../kit/figure.tsx";
import { Empty } from "../../kit/notice.tsx";
import { PagedTable } from "../../kit/paged-table.tsx";
import { Panel } from "../../kit/panel.tsx";
import { Screen } from "../../kit/screen.tsx";
import { ask } from "../../server/ask.ts";
import { type FailuresSearch, failureGroupings } from "../../shell/search-params.ts";
import { count } from "../../text/number.ts";
import { failureColumns, groupColumns, groupingWords } from "./failure-columns.tsx";

const groupOptions = failureGroupings.map((by) => ({ value: by, label: groupingWords[by] }));

/** What fails, counted by reason, tenant, campaign or CA; then one by one. */
export function FailuresScreen() {
  const search = useSearch({ from: "/inside/failures" });
  const navigate = useNavigate();
  const change = (next: FailuresSearch) => void navigate({ to: "/failures", search: next });
  const { by = "reason", ...filters } = search;
  const query = useQuery(ask(operations.reportFailures, { query: { by, ...filters } }));
  const chosen = failureGroupings.filter((each) => filters[each] !== undefined);
  const input = { query: { ...filters, limit: 50 } };
  return (
    <Screen
      title="Failures"
      lead="Certificates whose last attempt failed, and first orders that wait for a check."
    >
      <div className="filters">
        <SelectField
          label="Counted by"
          value={by}
          options={groupOptions}
          onValue={(value) => change({ ...search, by: value })}
        />
        {chosen.map((each) => (
          <Button
            key={each}
            icon="close"
            aria-label={`No longer only this ${groupingWords[each]}: ${filters[each]}`}
            onClick={() => change({ ...search, [each]: undefined })}
          >
            {groupingWords[each]}: {filters[each]}
          </Button>
        ))}
      </div>
      <Asked query={query} what="the failures">
        {({ groups, more, ...totals }) => (
          <>
            <Panel title="In all">
              <Figures>
                <Figure name="Certificates" value={count(totals.certificates)} />
                <Figure name="Domains" value={count(totals.domains)} />
                <Figure name="Renewals among them" value={count(totals.renewals)} note="still served" />
                <Figure name="New in 24 hours" value={count(totals.new)} />
              </Figures>
            </Panel>
            <Panel title={`By ${groupingWords[by]}`} flush aside={more ? "the largest 100" : undefined}>
              {groups.length === 0 ? (
                <Empty title="Nothing fails." />
              ) : (
                <GroupTable groups={groups} by={by} onChoose={(key) => change({ ...search, [by]: key })} />
              )}
            </Panel>
          </>
        )}
      </Asked>
      <Panel title="One by one" flush>
        <PagedTable
          operation={operations.listFailures}
          input={input}
          words={["certificate", "certificates"]}
          columns={failureColumns}
          keyOf={({ id }) => id}
          empty={
            <Empty title="Nothing fails.">
              <p>What fails is listed here with what to change, until an attempt succeeds.</p>
            </Empty>
          }
        />
      </Panel>
    </Screen>
  );
}

interface GroupTableProps {
  readonly groups: readonly FailureGroup[];
  readonly by: (typeof failureGroupings)[number];
  readonly onChoose: (key: string) => void;
}

function GroupTable({ groups, by, onChoose }: GroupTableProps) {
  const columns = useMemo(() => groupColumns(by, onChoose), [by, onChoose]);
  return (
    <DataTable
      label={`Failures by ${groupingWords[by]}`}
      columns={columns}
      rows={groups}
      keyOf={({ key }) => key ?? ""}
    />
  );
}
