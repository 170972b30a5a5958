/** What nginx has loaded for a lineage. */
export interface Loaded {
  readonly lineageId: string;
  /** Lower-case hex, no leading zeros. */
  readonly serial: string;
  readonly names: readonly string[];
}

export interface LoadedPage {
  /** Of the shared memory that the page was read from. */
  readonly bootId: string;
  readonly loaded: readonly Loaded[];
  /** Where the next page begins; null: this is the last. */
  readonly next: number | null;
}

/** A page of `GET /v1/certificates`; null: it is none, so something else than our Lua answers. */
export function readLoadedPage(body: string): LoadedPage | null {
  const page = parse(body);
  if (!isRecord(page) || typeof page["boot_id"] !== "string" || !Array.isArray(page["certificates"])) {
    return null;
  }
  const { next } = page;
  if (next !== null && typeof next !== "number") return null;
  const loaded: Loaded[] = [];
  for (const entry of page["certificates"] as readonly unknown[]) {
    const read = readLoaded(entry);
    if (read === null) return null;
    loaded.push(read);
  }
  return { bootId: page["boot_id"], loaded, next };
}

function readLoaded(entry: unknown): Loaded | null {
  if (!isRecord(entry)) return null;
  const { lineage_id: lineageId, serial, names } = entry;
  if (typeof lineageId !== "string" || typeof serial !== "string" || !Array.isArray(names)) return null;
  return { lineageId, serial, names: names.map(String) };
}

/** The boot id of `GET /v1/health`; null: the body is no such answer. */
export function readBootId(body: string): string | null {
  const health = parse(body);
  return isRecord(health) && typeof health["boot_id"] === "string" ? health["boot_id"] : null;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null;
