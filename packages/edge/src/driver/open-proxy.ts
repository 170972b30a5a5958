import type { DrivenProxy, ProxyAccess } from "../agent.ts";
import type { DriverParts, OpenDriver } from "./driver-kind.ts";

/** How the proxy is to come to certificates; a driver is opened when the agent is. */
export type ProxyOption =
  | Exclude<ProxyAccess, { readonly kind: "driver" }>
  | (Omit<DrivenProxy, "driver"> & {
      readonly kind: "driver";
      readonly open: (parts: DriverParts) => Promise<OpenDriver>;
    });

export interface OpenProxy extends AsyncDisposable {
  readonly access: ProxyAccess;
}

/** @throws {EdgeFault} when a driver that listens cannot. */
export async function openProxy(option: ProxyOption, parts: DriverParts): Promise<OpenProxy> {
  if (option.kind !== "driver") return { access: option, [Symbol.asyncDispose]: async () => undefined };
  const { open, ...rest } = option;
  const driver = await open(parts);
  return {
    access: { ...rest, driver },
    [Symbol.asyncDispose]: async () => await driver[Symbol.asyncDispose]?.(),
  };
}
