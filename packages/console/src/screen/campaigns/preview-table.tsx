import type { RejectedRow } from "@certmill/api";
import { type Column, DataTable } from "../../kit/data-table.tsx";
import { Figure, Figures } from "../../kit/figure.tsx";
import { Notice } from "../../kit/notice.tsx";
import { count } from "../../text/number.ts";
import type { Preview } from "./use-campaign-draft.ts";

const columns: readonly Column<RejectedRow>[] = [
  { id: "line", head: "Line", align: "end", sort: ({ line }) => line, cell: ({ line }) => count(line) },
  {
    id: "domain",
    head: "Domain",
    sort: ({ domain }) => domain,
    cell: ({ domain }) => <span className="row-name">{domain}</span>,
  },
  { id: "reason", head: "What is wrong", sort: ({ code }) => code, cell: ({ reason }) => reason },
];

const mostShown = 200;

/** What would become of the file: how many rows go in, and each that does not, with why. */
export function PreviewTable({ preview: { good, unchanged, rejected } }: { readonly preview: Preview }) {
  return (
    <>
      <Figures>
        <Figure name="Good rows" value={count(good)} note="would be added" />
        <Figure name="Here already" value={count(unchanged)} note="stay as they are" />
        <Figure name="Wrong" value={count(rejected.length)} note="are left out" />
      </Figures>
      {rejected.length === 0 ? (
        <Notice tone="good" title="Nothing is wrong in it." />
      ) : (
        <div className="framed">
          <DataTable
            label="Rows that are wrong"
            columns={columns}
            rows={rejected.slice(0, mostShown)}
            keyOf={({ line }) => String(line)}
          />
          {rejected.length > mostShown ? (
            <p className="table-note">
              The first {mostShown} of {count(rejected.length)}.
            </p>
          ) : null}
        </div>
      )}
    </>
  );
}
