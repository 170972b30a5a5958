import type { InputOf, Operation } from "@certmill/api";
import { useInfiniteQuery } from "@tanstack/react-query";
import { type ReactNode, useMemo } from "react";
import { askPages, type ItemOf } from "../server/ask.ts";
import { counted } from "../text/number.ts";
import { Asked } from "./asked.tsx";
import { Button } from "./button.tsx";
import { type Column, DataTable } from "./data-table.tsx";

export interface PagedTableProps<O extends Operation> {
  readonly operation: O;
  readonly input: Omit<InputOf<O>, "signal">;
  /** What the rows are, one and many: `["token", "tokens"]`. */
  readonly words: readonly [one: string, many: string];
  readonly columns: readonly Column<ItemOf<O>>[];
  readonly keyOf: (item: ItemOf<O>) => string;
  /** In its place when there is none. */
  readonly empty: ReactNode;
}

/** A list of the server's, a page at a time as the reader asks for more. */
export function PagedTable<O extends Operation>(props: PagedTableProps<O>) {
  const { operation, input, words, columns, keyOf, empty } = props;
  const query = useInfiniteQuery(askPages(operation, input));
  const pages = query.data?.pages;
  const rows = useMemo(() => pages?.flatMap(({ items }) => items) ?? [], [pages]);
  const asked = { ...query, isPlaceholderData: false };
  return (
    <Asked query={asked} what={`the ${words[1]}`}>
      {() =>
        rows.length === 0 ? (
          empty
        ) : (
          <>
            <DataTable label={words[1]} columns={columns} rows={rows} keyOf={keyOf} />
            <footer className="table-foot">
              <span className="soft">
                {counted(rows.length, words[0], words[1])}
                {query.hasNextPage ? " so far" : ""}
              </span>
              {query.hasNextPage ? (
                <Button busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
                  Show more
                </Button>
              ) : null}
            </footer>
          </>
        )
      }
    </Asked>
  );
}
