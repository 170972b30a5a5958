import type { StoreAnswer } from "@certmill/stores";
import type { Driver, DriverOutcome } from "../driver.ts";
import { openCluster } from "./cluster.ts";
import { KnownSecrets } from "./known-secrets.ts";
import { SecretsApi } from "./secrets-api.ts";
import {
  type KnownSecret,
  knownSecret,
  managedSelector,
  selectorOf,
  tlsSecret,
  tooLarge,
} from "./tls-secret.ts";

export interface KubernetesOptions {
  /** Null: as kubectl finds it. */
  readonly kubeconfig: string | null;
  /** Null: the one of the kubeconfig's context, or the pod's own. */
  readonly namespace: string | null;
}

/**
 * A Secret of type `kubernetes.io/tls` for each lineage, in one namespace, by server-side apply.
 *
 * @throws {EdgeFault} `usage`, when there is no way to an API server.
 */
export function openKubernetesDriver({ kubeconfig, namespace }: KubernetesOptions): Driver {
  const secrets = new SecretsApi(openCluster(kubeconfig, namespace));
  const known = new KnownSecrets();
  const inNamespace = (name: string | undefined): string => `${secrets.namespace}/${name}`;

  async function deleteOne(secret: KnownSecret, signal: AbortSignal): Promise<DriverOutcome> {
    const place = inNamespace(secret.name);
    if (secret.serial === null)
      return {
        kind: "refused",
        reason: `the Secret ${place} was written by somebody else since: it is theirs to delete`,
      };
    const answer = await secrets.delete(secret, signal);
    const isGone = answer.kind === "refused" && answer.status === 404;
    const outcome = isGone ? done : outcomeOf(answer, place);
    if (outcome.kind === "done") known.forget(secret);
    return outcome;
  }

  /** Deletes what there is for a lineage, but the Secret that is kept. */
  async function deleteOthers(
    lineageId: string,
    kept: string | null,
    signal: AbortSignal,
  ): Promise<DriverOutcome> {
    let outcome: DriverOutcome = done;
    const inQuestion = known.of(lineageId).filter(({ name }) => name !== kept);
    for (const secret of inQuestion) {
      const each = await deleteOne(secret, signal);
      if (each.kind !== "done") outcome = each;
    }
    return outcome;
  }

  /** What is known of a lineage, seen anew. */
  async function lookAgain(lineageId: string, signal: AbortSignal): Promise<DriverOutcome> {
    const answer = await secrets.list(selectorOf(lineageId), signal);
    if (answer.kind !== "answered") return outcomeOf(answer, inNamespace("*"));
    for (const secret of known.of(lineageId)) known.forget(secret);
    for (const secret of answer.value) known.add(secret);
    return done;
  }

  async function listAll(signal: AbortSignal): Promise<DriverOutcome> {
    const answer = await secrets.list(managedSelector, signal);
    if (answer.kind !== "answered") return outcomeOf(answer, inNamespace("*"));
    known.replaceAll(answer.value);
    return done;
  }

  return {
    // An API server takes objects one by one, at the pace that it is given them, and says of each what is wrong with it.
    async load(_, signal) {
      const listed = await listAll(signal);
      return listed.kind === "away" ? listed : { kind: "refused", reason: "Secrets are given one by one" };
    },

    async put(delivery, signal) {
      const secret = tlsSecret(delivery, secrets.namespace);
      const reason = tooLarge(secret);
      if (reason !== null) return { kind: "refused", reason };
      const answer = await secrets.apply(secret, signal);
      if (answer.kind !== "answered") return outcomeOf(answer, inNamespace(secret.metadata?.name));
      const applied = knownSecret(answer.value.metadata ?? {});
      if (applied !== null) known.add(applied);
      // What it had under the first name that it had before.
      return await deleteOthers(delivery.lineageId, applied?.name ?? null, signal);
    },

    async remove({ lineageId }, signal) {
      const first = await deleteOthers(lineageId, null, signal);
      if (first.kind === "away" || (first.kind === "done" && known.of(lineageId).length === 0)) return first;
      // Somebody has added a label or the like since it was listed.
      const looked = await lookAgain(lineageId, signal);
      return looked.kind === "done" ? await deleteOthers(lineageId, null, signal) : looked;
    },

    async list(signal) {
      return (await listAll(signal)).kind === "done" ? known.serials() : null;
    },

    async health(signal) {
      const answer = await secrets.namespaceUid(signal);
      if (answer.kind === "answered") return { kind: "up", bootId: answer.value };
      return { kind: "away", reason: namespaceFault(answer, secrets.namespace) };
    },
  };
}

const done = { kind: "done" } as const;

function outcomeOf(answer: StoreAnswer<unknown>, place: string): DriverOutcome {
  if (answer.kind === "answered") return done;
  if (answer.kind !== "refused") return { kind: "away", reason: answer.reason };
  const { status, reason, owners } = answer;
  if (owners.length > 0) {
    const who = owners.map((owner) => JSON.stringify(owner)).join(" and ");
    const words = `the Secret ${place} is written by ${who}, too: end that, then delete the Secret, and it is made anew`;
    return { kind: "refused", reason: words };
  }
  return { kind: "refused", reason: `the API server refused the Secret ${place} (${status}): ${reason}` };
}

function namespaceFault(
  answer: Exclude<StoreAnswer<string>, { kind: "answered" }>,
  namespace: string,
): string {
  if (answer.kind === "refused" && answer.status === 404) return `there is no namespace ${namespace}`;
  if (answer.kind === "refused" && answer.status === 403)
    return `the agent may not read the namespace ${namespace}: ${answer.reason}`;
  return answer.reason;
}
