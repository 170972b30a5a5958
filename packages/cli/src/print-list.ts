import { type Client, type InputOf, type Operation, type OutputOf, pages } from "@certmill/api";
import { connect, type ServerOptions } from "./connection.ts";
import { print, printJson, remark } from "./terminal/print.ts";
import { type Column, tableText } from "./terminal/table.ts";

/** The items of a paged operation. */
type ItemOf<O extends Operation> =
  OutputOf<O> extends { readonly items: readonly (infer Item)[] } ? Item : never;

export interface ListColumn<Row> extends Column<Row> {
  /** Whether it is shown for a page; without it, always. */
  readonly isShown?: (rows: readonly Row[]) => boolean;
}

interface ListRequest<O extends Operation> {
  readonly client: Client;
  readonly operation: O;
  readonly query: Readonly<Record<string, string | undefined>>;
  readonly columns: readonly ListColumn<ItemOf<O>>[];
  /** What is said where there is nothing to list. */
  readonly none: string;
  /** How many items are shown; infinite: all of them. */
  readonly most: number;
  readonly json: boolean;
}

const pageSize = 1_000;

/** Prints a list page by page, so that its length costs no memory: as a table, or one JSON document a line. */
export async function printList<O extends Operation>(request: ListRequest<O>): Promise<void> {
  let left = request.most;
  let printed = 0;
  for await (const { items, next } of listPages(request)) {
    const shown = items.slice(0, left);
    await (request.json ? printItems(shown) : printTable(request.columns, shown));
    printed += shown.length;
    left -= shown.length;
    if (left <= 0) {
      if (next !== null || items.length > shown.length) {
        remark(`There are more: --limit N shows more, --all shows all.`);
      }
      return;
    }
  }
  if (printed === 0 && !request.json) remark(request.none);
}

/** Prints all of a list that is never long. */
export async function printWholeList<O extends Operation>(
  options: ServerOptions,
  list: Pick<ListRequest<O>, "operation" | "columns" | "none">,
): Promise<void> {
  const client = await connect(options);
  const most = Number.POSITIVE_INFINITY;
  await printList({ ...list, client, query: {}, most, json: options.json === true });
}

interface ListPage<Item> {
  readonly items: readonly Item[];
  readonly next: string | null;
}

function listPages<O extends Operation>(request: ListRequest<O>): AsyncIterable<ListPage<ItemOf<O>>> {
  const { client, operation, query, most } = request;
  // The compiler does not see through the operation's type parameter that a list takes these.
  const input = { query: { ...query, limit: Math.min(most, pageSize) } } as unknown as InputOf<O>;
  return pages(client, operation, input) as AsyncIterable<ListPage<ItemOf<O>>>;
}

async function printItems(items: readonly unknown[]): Promise<void> {
  for (const item of items) await printJson(item);
}

async function printTable<Row>(columns: readonly ListColumn<Row>[], rows: readonly Row[]): Promise<void> {
  const shown = columns.filter(({ isShown }) => isShown?.(rows) ?? true);
  if (rows.length > 0) await print(tableText(shown, rows));
}
