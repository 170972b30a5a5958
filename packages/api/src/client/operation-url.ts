import type { Operation } from "../operation.ts";
import type { AnyInput } from "./operation-input.ts";

/** The address of one call: path parameters encoded, absent query parameters left out. */
export function operationUrl(
  baseUrl: string,
  operation: Pick<Operation, "id" | "path">,
  input: AnyInput,
): string {
  const path = operation.path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = input.params?.[name];
    if (value === undefined) throw new TypeError(`${operation.id} needs the path parameter "${name}"`);
    return encodeURIComponent(value);
  });
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(input.query ?? {})) {
    if (value !== undefined) query.set(name, String(value));
  }
  const search = query.size === 0 ? "" : `?${query.toString()}`;
  return `${baseUrl.replace(/\/+$/, "")}${path}${search}`;
}
