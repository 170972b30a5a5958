import { type LiveEvent, type Operation, type Overview, operations } from "@certmill/api";
import type { Query, QueryClient } from "@tanstack/react-query";
import { ask } from "./ask.ts";

/** How often lists are asked for anew at most, in milliseconds: at 50 certificates a second each event would ask. */
const pause = 3_000;

const ofOneDomain: readonly string[] = idsOf([
  operations.showDomain,
  operations.listTimeline,
  operations.listDomainCertificates,
]);

/** What news of any domain makes stale. */
const ofMany: readonly string[] = idsOf([
  operations.listDomains,
  operations.reportFailures,
  operations.listFailures,
  operations.showCampaign,
  operations.listCampaigns,
  operations.reportCampaign,
  operations.listDomainActions,
  operations.listReplacements,
  operations.showReplacement,
]);

function idsOf(all: readonly Operation[]): string[] {
  return all.map(({ id }) => id);
}

/**
 * Brings what is on screen up to date with the news. Nothing is asked for that is not on screen: what is stale and out
 * of sight is read when somebody goes there.
 */
export class Freshener implements Disposable {
  readonly #queries: QueryClient;
  readonly #domains = new Set<string>();
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(queries: QueryClient) {
    this.#queries = queries;
  }

  take(events: readonly LiveEvent[]): void {
    for (const { domain } of events) if (domain !== null) this.#domains.add(domain);
    this.#timer ??= setTimeout(() => this.#refresh(), this.#domains.size > 20 ? pause : pause / 10);
  }

  /** Parts of the overview come whole: they replace what is kept, and nothing is asked for. */
  merge(parts: Partial<Overview>): void {
    const { queryKey } = ask(operations.showOverview, {});
    this.#queries.setQueryData<Overview>(queryKey, (kept) =>
      kept === undefined ? kept : { ...kept, ...parts },
    );
  }

  #refresh(): void {
    const domains = new Set(this.#domains);
    this.#domains.clear();
    this.#timer = null;
    void this.#queries.invalidateQueries({ predicate: (query) => isTouched(query, domains) });
  }

  [Symbol.dispose](): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
  }
}

function isTouched({ queryKey }: Query, domains: ReadonlySet<string>): boolean {
  const [id, input] = queryKey as readonly [string, { readonly params?: { readonly name?: string } }?];
  if (ofMany.includes(id)) return true;
  const name = input?.params?.name;
  return ofOneDomain.includes(id) && name !== undefined && domains.has(name);
}
