import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { sentenceOf } from "../server/act.ts";
import { Button } from "./button.tsx";
import { Notice } from "./notice.tsx";

interface AskedProps<T> {
  readonly query: Pick<UseQueryResult<T>, "data" | "error" | "refetch" | "isPlaceholderData">;
  /** What is on its way, for the reader: "the domains". */
  readonly what: string;
  readonly children: (data: T) => ReactNode;
}

/** What the server answered; until then that it is on its way, and what went wrong if it did. */
export function Asked<T>({ query, what, children }: AskedProps<T>) {
  const { data, error, refetch, isPlaceholderData } = query;
  const refusal =
    error === null ? null : (
      <Notice tone="bad" title={`The server did not give ${what}.`}>
        <p>{sentenceOf(error)}</p>
        <Button icon="again" onClick={() => void refetch()}>
          Try again
        </Button>
      </Notice>
    );
  if (data === undefined) return refusal ?? <Loading what={what} />;
  return (
    <div className="asked" data-stale={isPlaceholderData || undefined}>
      {refusal}
      {children(data)}
    </div>
  );
}

export function Loading({ what }: { readonly what: string }) {
  return (
    <div className="loading" role="status">
      <span className="unseen">Loading {what} …</span>
      <span className="loading-bar" />
      <span className="loading-bar" />
      <span className="loading-bar" />
    </div>
  );
}
