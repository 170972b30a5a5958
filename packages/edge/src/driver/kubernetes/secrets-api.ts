import { agentPatience, type StoreAnswer, whileBusy } from "@certmill/stores";
import { PatchStrategy, setHeaderMiddleware, type V1Secret } from "@kubernetes/client-node";
import { answerOf } from "./api-answer.ts";
import type { Cluster } from "./cluster.ts";
import { fieldManager, type KnownSecret, knownSecret } from "./tls-secret.ts";

/** Objects in one page of a list: what kubectl asks for. */
const pageSize = 500;

/** Names and labels only: a list of Secrets would bring all private keys along. */
const metadataOnly = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";

/** What the driver asks of an API server, in its namespace. Nothing throws. */
export class SecretsApi {
  readonly #cluster: Cluster;

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
  }

  get namespace(): string {
    return this.#cluster.namespace;
  }

  /** Server-side apply, never by force: a field that somebody else has stays theirs. */
  async apply(secret: V1Secret, signal: AbortSignal): Promise<StoreAnswer<V1Secret>> {
    const { api, namespace } = this.#cluster;
    const name = secret.metadata?.name ?? "";
    return await call(signal, (limited) =>
      api.patchNamespacedSecret(
        { name, namespace, body: secret, fieldManager, fieldValidation: "Strict" },
        withHeader("Content-Type", PatchStrategy.ServerSideApply, limited),
      ),
    );
  }

  /** The Secrets of a selector that are ours. */
  async list(labelSelector: string, signal: AbortSignal): Promise<StoreAnswer<readonly KnownSecret[]>> {
    const { api, namespace } = this.#cluster;
    const found: KnownSecret[] = [];
    let next: string | undefined;
    do {
      const page = {
        namespace,
        labelSelector,
        limit: pageSize,
        ...(next === undefined ? {} : { _continue: next }),
      };
      const answer = await call(signal, (limited) =>
        api.listNamespacedSecret(page, withHeader("Accept", metadataOnly, limited)),
      );
      if (answer.kind !== "answered") return answer;
      const { items, metadata } = answer.value;
      for (const item of items) {
        const known = knownSecret(item.metadata ?? {});
        if (known !== null) found.push(known);
      }
      next = metadata?._continue === "" ? undefined : metadata?._continue;
    } while (next !== undefined);
    return { kind: "answered", value: found };
  }

  /** Deletes a Secret if it is still what was listed. */
  async delete(
    { name, uid, resourceVersion }: KnownSecret,
    signal: AbortSignal,
  ): Promise<StoreAnswer<unknown>> {
    const { api, namespace } = this.#cluster;
    const body = { apiVersion: "v1", kind: "DeleteOptions", preconditions: { uid, resourceVersion } };
    return await call(signal, (limited) =>
      api.deleteNamespacedSecret(
        { name, namespace, body },
        withHeader("Accept", "application/json", limited),
      ),
    );
  }

  /** The id of the namespace: another one if it was deleted, with all in it, and made anew. */
  async namespaceUid(signal: AbortSignal): Promise<StoreAnswer<string>> {
    const { api, namespace: name } = this.#cluster;
    const answer = await call(signal, (limited) =>
      api.readNamespace({ name }, withHeader("Accept", "application/json", limited)),
    );
    if (answer.kind !== "answered") return answer;
    return { kind: "answered", value: answer.value.metadata?.uid ?? "" };
  }
}

type CallOptions = NonNullable<Parameters<Cluster["api"]["readNamespace"]>[1]>;

/** The client has no other way to give a request a signal. */
function withHeader(name: string, value: string, signal: AbortSignal): CallOptions {
  const header = setHeaderMiddleware(name, value);
  type Middleware = typeof header;
  const middleware: Middleware = {
    pre(request) {
      request.setSignal(signal);
      return header.pre(request);
    },
    post: (response) => header.post(response),
  };
  return { middleware: [middleware], middlewareMergeStrategy: "append" };
}

const call = <T>(
  signal: AbortSignal,
  request: (limited: AbortSignal) => Promise<T>,
): Promise<StoreAnswer<T>> =>
  whileBusy(agentPatience, signal, async (limited) => {
    try {
      return { kind: "answered", value: await request(limited) };
    } catch (error) {
      return answerOf(error);
    }
  });
