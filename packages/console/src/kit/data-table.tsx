import {
  createColumnHelper,
  createSortedRowModel,
  metaHelper,
  rowSortingFeature,
  type SortingState,
  sortFn_alphanumeric,
  tableFeatures,
  useTable,
} from "@tanstack/react-table";
import { type KeyboardEvent, type ReactNode, useMemo } from "react";
import { Icon } from "./icon.tsx";
import { Table } from "./table.tsx";

interface Look {
  /** The last one of those that narrow screens show. */
  readonly narrowLast: boolean;
  readonly align: "start" | "end";
  /** Left out on narrow screens, where what the reader came for has the room. */
  readonly wideOnly: boolean;
}

const features = tableFeatures({
  rowSortingFeature,
  sortedRowModel: createSortedRowModel(),
  sortFns: { alphanumeric: sortFn_alphanumeric },
  columnMeta: metaHelper<Look>(),
});

export interface Column<Row> {
  readonly id: string;
  readonly head: string;
  readonly cell: (row: Row) => ReactNode;
  /** What it is sorted by; without it the column cannot be. */
  readonly sort?: (row: Row) => string | number;
  readonly align?: "end";
  readonly wideOnly?: boolean;
}

/** Sorting that the server does: the rows come sorted, and a press asks for others. */
export interface ServerSort {
  readonly column: string;
  readonly descending: boolean;
  readonly onSort: (column: string, descending: boolean) => void;
}

interface DataTableProps<Row> {
  /** For those who hear it: what the rows are. */
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
  readonly serverSort?: ServerSort;
}

/** Rows with their heads. The arrow keys go from row to row, over what each row leads to. */
export function DataTable<Row>({ label, columns, rows, keyOf, serverSort }: DataTableProps<Row>) {
  const table = useTable({
    features,
    columns: useColumns(columns),
    data: useMemo(() => rows.map((row) => ({ row })), [rows]),
    getRowId: ({ row }) => keyOf(row),
    enableMultiSort: false,
    enableSortingRemoval: serverSort === undefined,
    ...(serverSort === undefined ? {} : controlledBy(serverSort)),
  });
  return (
    <Table label={label} onKeyDown={moveByArrows}>
      <thead>
        {table.getHeaderGroups().map((group) => (
          <tr key={group.id}>
            {group.headers.map((header) => {
              const sorted = header.column.getIsSorted();
              const toggle = header.column.getToggleSortingHandler();
              return (
                <th
                  key={header.id}
                  scope="col"
                  className={classOf(header.column.columnDef.meta)}
                  aria-sort={ariaSort(sorted)}
                >
                  {header.column.getCanSort() ? (
                    <button type="button" className="table-sort" onClick={toggle}>
                      <table.FlexRender header={header} />
                      {sorted === false ? null : <Icon name={sorted === "asc" ? "up" : "down"} />}
                    </button>
                  ) : (
                    <table.FlexRender header={header} />
                  )}
                </th>
              );
            })}
          </tr>
        ))}
      </thead>
      <tbody>
        {table.getRowModel().rows.map((row) => (
          <tr key={row.id}>
            {row.getAllCells().map((cell) => (
              <td key={cell.id} className={classOf(cell.column.columnDef.meta)}>
                <table.FlexRender cell={cell} />
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </Table>
  );
}

/** The table's rows are objects of its own, so that a row may be of any type. */
interface Held<Row> {
  readonly row: Row;
}

function useColumns<Row>(columns: readonly Column<Row>[]) {
  return useMemo(() => {
    const helper = createColumnHelper<typeof features, Held<Row>>();
    const last = columns.findLast(({ wideOnly }) => wideOnly !== true)?.id;
    return columns.map(({ id, head, cell, sort, align, wideOnly = false }) => {
      const meta: Look = { align: align ?? "start", wideOnly, narrowLast: id === last };
      return helper.accessor(({ row }): unknown => sort?.(row), {
        id,
        header: head,
        cell: ({ row }) => cell(row.original.row),
        enableSorting: sort !== undefined,
        sortFn: "alphanumeric",
        meta,
      });
    });
  }, [columns]);
}

function controlledBy({ column, descending, onSort }: ServerSort) {
  const sorting: SortingState = [{ id: column, desc: descending }];
  return {
    manualSorting: true,
    state: { sorting },
    onSortingChange: (next: SortingState | ((before: SortingState) => SortingState)) => {
      const [first] = typeof next === "function" ? next(sorting) : next;
      if (first !== undefined) onSort(first.id, first.desc);
    },
  };
}

const ariaSort = (sorted: "asc" | "desc" | false) =>
  sorted === false ? undefined : sorted === "asc" ? "ascending" : "descending";

const classOf = (look: Look | undefined): string =>
  [
    look?.align === "end" ? "number" : "",
    look?.wideOnly === true ? "wide-only" : "",
    look?.narrowLast === true ? "narrow-last" : "",
  ]
    .filter((name) => name !== "")
    .join(" ");

const steps: Readonly<Record<string, number>> = {
  ArrowDown: 1,
  ArrowUp: -1,
  Home: Number.NEGATIVE_INFINITY,
  End: Number.POSITIVE_INFINITY,
};

/** From the first link or button of one row to that of another; elsewhere the keys do what they always do. */
function moveByArrows(event: KeyboardEvent<HTMLTableElement>): void {
  const step = steps[event.key];
  if (step === undefined || event.target instanceof HTMLInputElement) return;
  const rows = [...event.currentTarget.querySelectorAll<HTMLElement>("tbody tr")];
  const stops = rows
    .map((row) => row.querySelector<HTMLElement>("a, button"))
    .filter((stop) => stop !== null);
  const here = stops.findIndex((stop) => stop.closest("tr")?.contains(document.activeElement));
  const next = stops[Math.min(stops.length - 1, Math.max(0, here + step))];
  if (next === undefined) return;
  event.preventDefault();
  next.focus();
}
