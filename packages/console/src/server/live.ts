import { ApiError, keepFollowing, operations } from "@certmill/api";
import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { client } from "./client.ts";
import { Freshener } from "./freshener.ts";

export type LiveState = "connecting" | "open" | "lost";

/** After which news the next stream begins, so that nothing is missed between two screens. */
let place: string | undefined;

/**
 * The one stream of news for the whole console, while somebody looks at it: a tab in the background lets go of it, and
 * goes on from its place when it is looked at again.
 *
 * @param domain whose small steps are wanted too; null: what happens everywhere, without them.
 */
export function useLive(domain: string | null): LiveState {
  const queries = useQueryClient();
  const isSeen = useIsSeen();
  const [state, setState] = useState<LiveState>("connecting");
  useEffect(() => {
    if (!isSeen) return;
    const end = new AbortController();
    void follow({ queries, domain, signal: end.signal, tell: setState });
    return () => end.abort();
  }, [queries, domain, isSeen]);
  return state;
}

interface Following {
  readonly queries: QueryClient;
  readonly domain: string | null;
  readonly signal: AbortSignal;
  readonly tell: (state: LiveState) => void;
}

async function follow({ queries, domain, signal, tell }: Following): Promise<void> {
  using freshener = new Freshener(queries);
  const query = { after: place, domain: domain ?? undefined };
  const lost = () => tell("lost");
  try {
    for await (const news of keepFollowing(client, operations.followLive, { query, signal }, lost)) {
      place = news.id ?? place;
      tell("open");
      if (news.event === "events") freshener.take(news.data.events);
      else if (news.event === "overview") freshener.merge(news.data);
      else if (news.event === "reset") await queries.invalidateQueries();
    }
  } catch (error) {
    if (signal.aborted) return;
    if (!(error instanceof ApiError)) throw error;
    tell("lost");
    // Signed out elsewhere: who is signed in is asked anew, which leads to the sign-in.
    if (error.status === 401) await queries.invalidateQueries();
  }
}

function useIsSeen(): boolean {
  const [isSeen, setSeen] = useState(document.visibilityState === "visible");
  useEffect(() => {
    const look = () => setSeen(document.visibilityState === "visible");
    document.addEventListener("visibilitychange", look);
    return () => document.removeEventListener("visibilitychange", look);
  }, []);
  return isSeen;
}
