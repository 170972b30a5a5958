import {
  agentPatience,
  at,
  callVault,
  entryName,
  type StoreAnswer,
  type VaultLogin,
  type VaultPlace,
  VaultSession,
} from "@certmill/stores";
import { plainSerial } from "../../proof/handshake.ts";
import type { Delivery, Driver, DriverOutcome, ProxyHealth } from "../driver.ts";
import { workTogether } from "../store/work-together.ts";
import { type Entry, KeyValue } from "./key-value.ts";

export interface VaultOptions extends Omit<VaultPlace, "patience"> {
  readonly login: VaultLogin;
  /** Of a key-value store, version 2. */
  readonly mount: string;
  readonly prefix: string;
}

/** Entries looked at at once, for a comparison. */
const lanes = 8;

/**
 * An entry for each lineage in Vault's key-value store, by check-and-set. What is to be written is marked before it is,
 * so that after an end at any moment the entry is known as ours; what somebody else has written is never overwritten.
 */
export function openVaultDriver(options: VaultOptions): Driver {
  const place = { ...options, patience: agentPatience };
  const session = new VaultSession(place, options.login);
  const store = new KeyValue(session, options.mount, options.prefix);
  /** The entries of each lineage, as they were last listed: two, while it has another first name than it had. */
  const known = new Map<string, Set<string>>();

  async function listAll(signal: AbortSignal): Promise<StoreAnswer<readonly Entry[]>> {
    const names = await store.names(signal);
    if (names.kind !== "answered") return names;
    const entries: Entry[] = [];
    const fault = await workTogether(names.value, lanes, async (name) => {
      const answer = await store.entry(name, signal);
      if (answer.kind !== "answered") return answer;
      if (answer.value?.mark != null) entries.push(answer.value);
      return null;
    });
    if (fault !== null) return fault;
    known.clear();
    for (const { name, mark } of entries) remember(mark?.lineageId ?? "", name);
    return { kind: "answered", value: entries };
  }

  function remember(lineageId: string, name: string): void {
    known.set(lineageId, (known.get(lineageId) ?? new Set()).add(name));
  }

  async function put(delivery: Delivery, signal: AbortSignal): Promise<DriverOutcome> {
    const name = entryName(delivery);
    const outcome = await write(delivery, name, signal);
    if (outcome.kind !== "done") return outcome;
    remember(delivery.lineageId, name);
    // What it had under the first name that it had before.
    return await eraseOthers(delivery.lineageId, name, signal);
  }

  async function write(delivery: Delivery, name: string, signal: AbortSignal): Promise<DriverOutcome> {
    const { lineageId, ref } = delivery;
    const serial = plainSerial(ref.serial);
    const found = await store.entry(name, signal);
    if (found.kind !== "answered") return failed(found, store.placeOf(name));
    const entry = found.value;
    if (entry !== null && !isOurs(entry)) return { kind: "refused", reason: theirs(store.placeOf(name)) };
    if (
      entry?.mark != null &&
      isWritten(entry) &&
      entry.mark.serial === serial &&
      entry.mark.lineageId === lineageId
    )
      return done;
    const version = entry?.currentVersion ?? 0;
    const marked = await store.mark(name, { lineageId, serial, version: version + 1 }, signal);
    if (marked.kind !== "answered") return failed(marked, store.placeOf(name));
    const written = await store.write(name, version, dataOf(delivery), signal);
    if (written.kind === "answered") return done;
    // Somebody was faster: what they wrote must not pass for ours.
    if (written.kind === "refused") await store.mark(name, { lineageId, serial, version: never }, signal);
    return failed(written, store.placeOf(name));
  }

  async function eraseOthers(
    lineageId: string,
    kept: string | null,
    signal: AbortSignal,
  ): Promise<DriverOutcome> {
    for (const name of known.get(lineageId) ?? []) {
      if (name === kept) continue;
      const found = await store.entry(name, signal);
      if (found.kind !== "answered") return failed(found, store.placeOf(name));
      const isTheirs = found.value !== null && !isOurs(found.value);
      if (isTheirs) return { kind: "refused", reason: theirs(store.placeOf(name)) };
      // A name that another lineage has been given since is that lineage's entry.
      const isStill = found.value?.mark?.lineageId === lineageId;
      const erased = isStill ? await store.erase(name, signal) : null;
      if (erased !== null && erased.kind !== "answered") return failed(erased, store.placeOf(name));
      known.get(lineageId)?.delete(name);
    }
    return done;
  }

  return {
    // Entries are written one by one, at the pace that they are given.
    async load(_, signal) {
      const listed = await listAll(signal);
      if (listed.kind === "answered") return { kind: "refused", reason: "entries are written one by one" };
      return { kind: "away", reason: listed.reason };
    },
    put,
    remove: ({ lineageId }, signal) => eraseOthers(lineageId, null, signal),
    async list(signal) {
      const listed = await listAll(signal);
      return listed.kind === "answered" ? serialsOf(listed.value) : null;
    },
    health: (signal) => healthOf(place, session, signal),
  };
}

const done = { kind: "done" } as const;

/** A version that no entry has. */
const never = -1;

/** Ours, or about to become it: an end between the mark and the writing leaves a mark that is one ahead. */
const isOurs = ({ mark, currentVersion }: Entry): boolean =>
  mark !== null && (mark.version === currentVersion || mark.version === currentVersion + 1);

const isWritten = ({ mark, currentVersion, isDeleted }: Entry): boolean =>
  mark?.version === currentVersion && !isDeleted;

/** An entry that is to be put right has a serial that no certificate has. */
function serialsOf(entries: readonly Entry[]): ReadonlyMap<string, string> {
  const serials = new Map<string, string>();
  for (const entry of entries) {
    const { lineageId = "", serial = "" } = entry.mark ?? {};
    serials.set(lineageId, serials.has(lineageId) ? "several" : isWritten(entry) ? serial : "overwritten");
  }
  return serials;
}

/** The leaf and what is above it apart, as programs want them that read Vault. */
function dataOf({ names, ref, pair }: Delivery): object {
  const [leaf = "", ...issuers] =
    pair.chainPem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----\n?/g) ?? [];
  return {
    certificate: leaf,
    chain: issuers.join(""),
    private_key: pair.keyPem,
    serial: plainSerial(ref.serial),
    not_after: ref.notAfter,
    names: names.join(","),
  };
}

const theirs = (place: string): string =>
  `${place} was written by somebody else. If its certificate is to be kept, take it over by certmill import vault; then delete the entry (vault kv metadata delete), and it is written anew`;

function failed(answer: Exclude<StoreAnswer<unknown>, { kind: "answered" }>, place: string): DriverOutcome {
  if (answer.kind !== "refused") return { kind: "away", reason: answer.reason };
  return { kind: "refused", reason: `${place}: ${answer.reason}` };
}

/** The cluster's id is what a restart is for others: another one has other entries. */
async function healthOf(place: VaultPlace, session: VaultSession, signal: AbortSignal): Promise<ProxyHealth> {
  const path = "sys/health?standbyok=true&perfstandbyok=true";
  const answer = await callVault(place, { method: "GET", path, inRoot: true }, signal);
  if (answer.kind !== "answered") return { kind: "away", reason: answer.reason };
  const cluster = at(answer.value, "cluster_id");
  const fault = await session.fault(signal);
  if (fault !== null) return { kind: "away", reason: fault };
  return { kind: "up", bootId: typeof cluster === "string" ? cluster : "vault" };
}
