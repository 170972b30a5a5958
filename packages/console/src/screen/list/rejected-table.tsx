import type { RejectedRow } from "@certmill/api";
import { type Column, DataTable } from "../../kit/data-table.tsx";
import { Notice } from "../../kit/notice.tsx";
import { count } from "../../text/number.ts";

const columns: readonly Column<RejectedRow>[] = [
  { id: "line", head: "Line", sort: ({ line }) => line, cell: ({ line }) => count(line) },
  {
    id: "domain",
    head: "Domain",
    sort: ({ domain }) => domain,
    cell: ({ domain }) => <span className="row-name">{domain}</span>,
  },
  { id: "reason", head: "What is wrong", sort: ({ code }) => code, cell: ({ reason }) => reason },
];

const mostShown = 200;

/** Each row of a list that is left out, with why. */
export function RejectedTable({ rejected }: { readonly rejected: readonly RejectedRow[] }) {
  if (rejected.length === 0) return <Notice tone="good" title="Nothing is wrong in it." />;
  return (
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
  );
}
