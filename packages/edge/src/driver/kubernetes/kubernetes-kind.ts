import { EdgeFault } from "../../edge-fault.ts";
import type { DriverKind } from "../driver-kind.ts";

export const kubernetesKind: DriverKind = {
  usage: `Options for kubernetes, a TLS Secret for each certificate:
  --kubernetes-namespace NAME
                         where they are (default: the pod's own, or the
                         kubeconfig's); one edge group to a namespace
  --kubernetes-config FILE
                         a kubeconfig (default: as kubectl finds it, in a pod
                         its service account)
                         Without --prove HOST:PORT, an ingress of the cluster,
                         a certificate counts as served once its Secret is there
`,
  options: ["kubernetes-namespace", "kubernetes-config"],
  layout: null,
  pairs: "both",
  // What a controller asks for at most by itself, by the defaults of Kubernetes' own client.
  pace: 20,
  // Ingress controllers watch Secrets and reload, some of them at intervals.
  switchesWithin: 30_000,
  proveAt: null,
  plan(options) {
    const namespace = options.one("kubernetes-namespace");
    const kubeconfig = options.one("kubernetes-config");
    if (namespace !== null && !/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(namespace)) {
      const problem = `--kubernetes-namespace must be the name of a namespace, not ${JSON.stringify(namespace)}`;
      throw new EdgeFault("usage", `${problem}. See certmill edge run --help.`);
    }
    return async () => {
      const { openKubernetesDriver } = await importDriver();
      return openKubernetesDriver({ kubeconfig, namespace });
    };
  },
};

/** The client takes 90 MB of memory and as much of a disk: other agents do without, and may leave it out. */
async function importDriver() {
  try {
    return await import("./open-kubernetes-driver.ts");
  } catch (error) {
    if (!(error instanceof Error) || !error.message.includes("@kubernetes/client-node")) throw error;
    throw new EdgeFault(
      "program-missing",
      "The Kubernetes client is missing: certmill was installed without optional packages. Run npm install @kubernetes/client-node, or install certmill anew without --omit=optional.",
      { cause: error },
    );
  }
}
