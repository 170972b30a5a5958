import { CoreV1Api, KubeConfig } from "@kubernetes/client-node";
import { EdgeFault } from "../../edge-fault.ts";

export interface Cluster {
  readonly api: CoreV1Api;
  readonly namespace: string;
}

/**
 * The way to the API server: by a kubeconfig, or as kubectl finds it, which in a pod is the pod's service account.
 *
 * @param namespace null: the one of the kubeconfig's context, or the pod's own.
 * @throws {EdgeFault} `usage`, when there is no such way.
 */
export function openCluster(kubeconfig: string | null, namespace: string | null): Cluster {
  const config = new KubeConfig();
  try {
    if (kubeconfig === null) config.loadFromDefault();
    else config.loadFromFile(kubeconfig);
    const current = config.getContextObject(config.getCurrentContext());
    return {
      api: config.makeApiClient(CoreV1Api),
      namespace: namespace ?? (current?.namespace?.trim() || "default"),
    };
  } catch (error) {
    const from = kubeconfig ?? "the kubeconfig that was found";
    const reason = error instanceof Error ? error.message : String(error);
    throw new EdgeFault("usage", `${from} cannot be used: ${reason}. Give one by --kubernetes-config.`, {
      cause: error,
    });
  }
}
