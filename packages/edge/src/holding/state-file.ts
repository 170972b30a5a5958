import { mkdir, readFile, rename } from "node:fs/promises";
import { dirname } from "node:path";
import type { Receipt } from "@certmill/api";
import { replaceFile } from "../install/durable-write.ts";
import type { Holding } from "./holding.ts";

/** What survives a restart. `version` rises when another agent could not read it. */
export interface AgentState {
  readonly version: 2;
  /** Null: nothing has been read from the server yet. */
  readonly cursor: string | null;
  readonly lineages: readonly Holding[];
  /** Not yet acknowledged by the server. */
  readonly receipts: readonly Receipt[];
}

export type LoadedState =
  | { readonly kind: "found"; readonly state: AgentState }
  | { readonly kind: "none" }
  /** It was put aside, at `keptAt`; a snapshot makes up for it. */
  | { readonly kind: "unreadable"; readonly keptAt: string };

/** @throws the file system's error when the file is there but cannot be read. */
export async function loadState(path: string): Promise<LoadedState> {
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw error;
  });
  if (text === null) return { kind: "none" };
  const state = parseState(text);
  if (state !== null) return { kind: "found", state };
  const keptAt = `${path}.unreadable`;
  await rename(path, keptAt);
  return { kind: "unreadable", keptAt };
}

export async function saveState(path: string, state: AgentState): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o755 });
  await replaceFile(path, `${JSON.stringify(state)}\n`, 0o600);
}

/** Null: it is not one of ours. Within, it is trusted: only this agent writes it, and always whole. */
function parseState(text: string): AgentState | null {
  try {
    const state = JSON.parse(text) as Partial<AgentState> | null;
    const ours = state?.version === 2 && Array.isArray(state.lineages) && Array.isArray(state.receipts);
    return ours ? (state as AgentState) : null;
  } catch {
    return null;
  }
}
