import type { Operation, OutputOf, Route } from "../operation.ts";
import type { Client } from "./create-client.ts";
import type { AnyInput, InputOf } from "./operation-input.ts";

/** What a paged operation answers; `never` for one that has no pages. */
type PageOf<O extends Operation> = Extract<OutputOf<O>, { readonly next: string | null }>;

/**
 * Every page of a list, one request at a time and only as the caller takes them. `input.query.after`
 * chooses where to begin.
 */
export async function* pages<O extends Operation>(
  client: Client,
  operation: O | Route<O>,
  input: InputOf<O>,
): AsyncGenerator<PageOf<O>, void, undefined> {
  const { query, ...rest }: AnyInput = input;
  let after = query?.["after"];
  for (;;) {
    const pageInput = { ...rest, query: Object.assign({}, query, { after }) };
    const page = (await client.call<Operation>(operation, pageInput)) as PageOf<O>;
    yield page;
    if (page.next === null) return;
    after = page.next;
  }
}
