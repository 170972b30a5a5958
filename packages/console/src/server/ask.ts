import { ApiError, type InputOf, type Operation, type OutputOf } from "@certmill/api";
import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import { client } from "./client.ts";

type Input<O extends Operation> = Omit<InputOf<O>, "signal">;

/** What a paged operation lists; `never` for one that has no pages. */
export type ItemOf<O extends Operation> =
  Extract<OutputOf<O>, { readonly items: unknown; readonly next: string | null }> extends {
    readonly items: readonly (infer Item)[];
  }
    ? Item
    : never;

interface PageOf<O extends Operation> {
  readonly items: readonly ItemOf<O>[];
  readonly next: string | null;
}

/** Under which the answer is kept: the operation first, so that news can make all of its answers stale at once. */
const keyOf = (operation: Operation, input: unknown) => [operation.id, input] as const;

/** A read of the API as a query. The answer before it stays on screen while the next one with other filters comes. */
export function ask<O extends Operation>(operation: O, input: Input<O>) {
  return queryOptions({
    queryKey: keyOf(operation, input),
    queryFn: ({ signal }): Promise<OutputOf<O>> => call(operation, { ...input, signal }),
    placeholderData: keepPreviousData,
  });
}

/** A list of the API, page by page as the reader asks for more. */
export function askPages<O extends Operation>(operation: O, input: Input<O>) {
  const { query, ...rest } = input as { readonly query?: Readonly<Record<string, unknown>> };
  return infiniteQueryOptions({
    queryKey: [...keyOf(operation, input), "pages"],
    queryFn: async ({ signal, pageParam }): Promise<PageOf<O>> => {
      const paged = { ...rest, query: { ...query, after: pageParam }, signal };
      return (await call<Operation>(operation, paged)) as PageOf<O>;
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
  });
}

type Call = <O extends Operation>(
  operation: O,
  input: Input<O> & { readonly signal?: AbortSignal | undefined },
) => Promise<OutputOf<O>>;

/**
 * Calls an operation; for what changes something, see `useAct`. The client's own signature lets the input be left out
 * where nothing is needed, which TypeScript cannot follow for an operation that it does not know yet.
 */
const asker = client as unknown as { readonly call: Call };

export const call: Call = (operation, input) => asker.call(operation, input);

/** Whether the server said that there is no such thing. */
export const isMissing = (error: unknown): boolean => error instanceof ApiError && error.code === "not-found";
