/** What an operator may want to know of an edge's life. Waits are in milliseconds. */
export type EdgeEvent =
  | { readonly kind: "started"; readonly server: string; readonly directory: string }
  | { readonly kind: "joined"; readonly edge: string; readonly edgeGroup: string }
  | { readonly kind: "stopped" }
  | { readonly kind: "state-unreadable"; readonly keptAt: string }
  | { readonly kind: "state-unwritable"; readonly reason: string }
  | { readonly kind: "state-kept-again" }
  | { readonly kind: "server-lost"; readonly reason: string; readonly retryIn: number }
  | { readonly kind: "server-back" }
  | { readonly kind: "cursor-unknown" }
  | { readonly kind: "snapshot-read"; readonly certificates: number }
  | { readonly kind: "lineage-refused"; readonly lineageId: string; readonly reason: string }
  | { readonly kind: "installed"; readonly names: readonly string[]; readonly certificateId: string }
  | {
      readonly kind: "install-failed";
      readonly names: readonly string[];
      readonly certificateId: string;
      readonly reason: string;
      readonly retryIn: number;
    }
  | { readonly kind: "withdrawn"; readonly names: readonly string[] }
  | {
      readonly kind: "withdraw-failed";
      readonly names: readonly string[];
      readonly reason: string;
      readonly retryIn: number;
    }
  | { readonly kind: "sweep-failed"; readonly reason: string }
  | { readonly kind: "reloaded"; readonly lineages: number; readonly took: number }
  | { readonly kind: "reload-failed"; readonly reason: string; readonly retryIn: number }
  | { readonly kind: "loaded"; readonly names: readonly string[]; readonly certificateId: string }
  | { readonly kind: "loaded-all"; readonly lineages: number }
  | {
      readonly kind: "load-refused" | "proof-failed";
      readonly names: readonly string[];
      readonly certificateId: string;
      readonly reason: string;
      readonly retryIn: number;
    }
  | {
      readonly kind: "unload-refused";
      readonly names: readonly string[];
      readonly reason: string;
      readonly retryIn: number;
    }
  | { readonly kind: "proxy-lost"; readonly reason: string; readonly retryIn: number }
  | { readonly kind: "proxy-back" }
  | { readonly kind: "proxy-differs"; readonly lineages: number }
  | { readonly kind: "receipts-failed"; readonly reason: string; readonly retryIn: number }
  | { readonly kind: "listening"; readonly what: string; readonly port: number }
  | { readonly kind: "listening-at"; readonly what: string; readonly path: string }
  /** A clause: what works, and may be other than was meant. */
  | { readonly kind: "warning"; readonly warning: string };

export type Log = (event: EdgeEvent) => void;

/** Events that somebody has to do something about, if they last. */
const troubles: ReadonlySet<EdgeEvent["kind"]> = new Set([
  "state-unreadable",
  "state-unwritable",
  "server-lost",
  "lineage-refused",
  "install-failed",
  "withdraw-failed",
  "sweep-failed",
  "reload-failed",
  "load-refused",
  "unload-refused",
  "proof-failed",
  "proxy-lost",
  "proxy-differs",
  "receipts-failed",
  "warning",
]);

export const isTrouble = ({ kind }: EdgeEvent): boolean => troubles.has(kind);

/** The event as a sentence. */
export function sentenceOf(event: EdgeEvent): string {
  switch (event.kind) {
    case "started":
      return `following ${event.server}, installing into ${event.directory}`;
    case "joined":
      return `joined the edge group ${event.edgeGroup} as ${event.edge}`;
    case "stopped":
      return "stopped";
    case "state-unreadable":
      return `the state file could not be read and was kept as ${event.keptAt}; starting from a snapshot`;
    case "state-unwritable":
      return `the state cannot be written: ${event.reason}. Going on without; a restart would do again what came since`;
    case "state-kept-again":
      return "the state can be written again";
    case "server-lost":
      return `${event.reason} Trying again in ${seconds(event.retryIn)}`;
    case "server-back":
      return "the server answers again";
    case "cursor-unknown":
      return "the server does not know this place in its feed; taking a new snapshot";
    case "snapshot-read":
      return `the server's snapshot has ${count(event.certificates, "certificate")}`;
    case "lineage-refused":
      return `lineage ${event.lineageId} is passed over: ${event.reason}`;
    case "installed":
      return `${title(event.names)}: certificate ${event.certificateId} installed`;
    case "install-failed":
      return `${title(event.names)}: certificate ${event.certificateId} not installed: ${event.reason}. Trying again in ${seconds(event.retryIn)}`;
    case "withdrawn":
      return `${title(event.names)}: removed`;
    case "withdraw-failed":
      return `${title(event.names)}: not removed: ${event.reason}. Trying again in ${seconds(event.retryIn)}`;
    case "sweep-failed":
      return `what an earlier run left behind cannot be removed: ${event.reason}`;
    case "reloaded":
      return `reloaded for ${count(event.lineages, "lineage")} in ${seconds(event.took)}`;
    case "reload-failed":
      return `reload failed: ${event.reason}. Trying again in ${seconds(event.retryIn)}`;
    case "loaded":
      return `${title(event.names)}: certificate ${event.certificateId} loaded by the proxy`;
    case "loaded-all":
      return `the proxy has loaded ${count(event.lineages, "certificate")}`;
    case "load-refused":
      return `${title(event.names)}: certificate ${event.certificateId} not taken by the proxy: ${event.reason}. Trying again in ${seconds(event.retryIn)}`;
    case "unload-refused":
      return `${title(event.names)}: not given up by the proxy: ${event.reason}. Trying again in ${seconds(event.retryIn)}`;
    case "proof-failed":
      return `${title(event.names)}: certificate ${event.certificateId} is not seen to be served: ${event.reason}. Looking again in ${seconds(event.retryIn)}`;
    case "proxy-lost":
      return `the proxy cannot be reached: ${event.reason}. Trying again in ${seconds(event.retryIn)}`;
    case "proxy-back":
      return "the proxy can be reached again";
    case "proxy-differs":
      return `the proxy has other certificates than it was given for ${count(event.lineages, "lineage")}; giving them again`;
    case "receipts-failed":
      return `receipts not sent: ${event.reason} Trying again in ${seconds(event.retryIn)}`;
    case "listening":
      return `${event.what} on port ${event.port}`;
    case "listening-at":
      return `${event.what} at ${event.path}`;
    case "warning":
      return event.warning;
  }
}

const count = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? "" : "s"}`;

const seconds = (milliseconds: number): string => `${(milliseconds / 1_000).toFixed(1)} s`;

function title([primary = "?", ...aliases]: readonly string[]): string {
  return aliases.length === 0 ? primary : `${primary} (+${aliases.length})`;
}
