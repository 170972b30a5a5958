import { operations } from "@certmill/api";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useRouter, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { Asked } from "../../kit/asked.tsx";
import { Button } from "../../kit/button.tsx";
import { DataTable } from "../../kit/data-table.tsx";
import { Empty } from "../../kit/notice.tsx";
import { Panel } from "../../kit/panel.tsx";
import { Screen } from "../../kit/screen.tsx";
import { ask } from "../../server/ask.ts";
import { useMay } from "../../server/session.ts";
import type { DomainsSearch } from "../../shell/search-params.ts";
import { BulkDialog } from "./bulk-dialog.tsx";
import { domainColumns, sortOfColumn } from "./domain-columns.tsx";
import { DomainFilters } from "./domain-filters.tsx";
import { RunningActions } from "./running-actions.tsx";
import { totalWords } from "./total-words.ts";

const pageSize = 50;

/** Every domain, as far as the filters in the address let it through. */
export function DomainsScreen() {
  const search = useSearch({ from: "/inside/domains" });
  const change = useChange();
  const may = useMay();
  const [isBulk, setBulk] = useState(false);
  const query = useQuery(
    ask(operations.listDomains, { query: { ...search, limit: pageSize, total: search.after === undefined } }),
  );
  const total = useTotal(search);
  return (
    <Screen
      title="Domains"
      lead={totalWords(total)}
      actions={
        may(operations.createDomainAction) && may(operations.listDomainActions) ? (
          <Button onClick={() => setBulk(true)}>Act on all of these</Button>
        ) : undefined
      }
    >
      <DomainFilters search={search} onChange={change} />
      <RunningActions />
      <Panel title="Domains" flush className="panel-bare">
        <Asked query={query} what="the domains">
          {({ items, next }) =>
            items.length === 0 ? (
              <NoDomains search={search} onClear={() => change({})} />
            ) : (
              <>
                <DataTable
                  label="Domains"
                  columns={domainColumns}
                  rows={items}
                  keyOf={({ name }) => name}
                  serverSort={{
                    column: search.sort ?? (search.search === undefined ? "name" : "match"),
                    descending: search.order === "desc",
                    onSort: (column, descending) => {
                      const order = descending ? "desc" : undefined;
                      change({ ...search, after: undefined, sort: sortOfColumn(column), order });
                    },
                  }}
                />
                <PageFoot search={search} next={next} onChange={change} />
              </>
            )
          }
        </Asked>
      </Panel>
      <BulkDialog search={search} open={isBulk} onClose={() => setBulk(false)} />
    </Screen>
  );
}

function useChange(): (next: DomainsSearch) => void {
  const navigate = useNavigate();
  return (next) => void navigate({ to: "/domains", search: next });
}

/** It is counted with the first page, whose answer is kept while the reader turns the pages. */
function useTotal(search: DomainsSearch) {
  const first = ask(operations.listDomains, {
    query: { ...search, after: undefined, limit: pageSize, total: true },
  });
  return useQuery(first).data?.total ?? null;
}

interface PageFootProps {
  readonly search: DomainsSearch;
  readonly next: string | null;
  readonly onChange: (next: DomainsSearch) => void;
}

function PageFoot({ search, next, onChange }: PageFootProps) {
  const router = useRouter();
  const isFirst = search.after === undefined;
  return (
    <footer className="table-foot">
      <Button icon="left" disabled={isFirst} onClick={() => router.history.back()}>
        Back
      </Button>
      <Button
        icon="right"
        disabled={next === null}
        onClick={() => onChange({ ...search, after: next ?? undefined })}
      >
        Next
      </Button>
    </footer>
  );
}

function NoDomains({ search, onClear }: { readonly search: DomainsSearch; readonly onClear: () => void }) {
  const isFiltered = Object.values(search).some((value) => value !== undefined);
  if (!isFiltered) {
    return (
      <Empty title="There are no domains yet.">
        <p>
          Add them with <code>certmill domain add</code>, or as a campaign from a file.
        </p>
      </Empty>
    );
  }
  return (
    <Empty title="No domain fits these filters.">
      <Button onClick={onClear}>Clear the filters</Button>
    </Empty>
  );
}
