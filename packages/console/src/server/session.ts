import { type Operation, operations, type Session } from "@certmill/api";
import { queryOptions, useQuery } from "@tanstack/react-query";
import { client } from "./client.ts";
import { mayCall } from "./may-call.ts";

/** Who has signed in. Asked for once; whoever is signed out elsewhere learns it from the next refusal. */
export const sessionQuery = queryOptions({
  queryKey: [operations.showSession.id],
  queryFn: ({ signal }) => client.call(operations.showSession, { signal }),
  staleTime: Number.POSITIVE_INFINITY,
  retry: false,
});

/** Who has signed in; the screens are drawn for nobody else. */
export function useSession(): Session | null {
  return useQuery(sessionQuery).data ?? null;
}

/** What whoever has signed in may call. */
export function useMay(): (operation: Operation) => boolean {
  const session = useSession();
  return (operation) => session !== null && mayCall(session, operation);
}
