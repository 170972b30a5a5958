import type { Static, TSchema } from "typebox";
import type { Operation } from "../operation.ts";

/**
 * What a caller gives for an operation: `params`, `query` and `body` as far as the operation has them, and
 * always a `signal` that gives up.
 */
export type InputOf<O extends Operation> = Part<O, "params"> &
  Part<O, "query"> &
  Part<O, "body"> & {
    readonly signal?: AbortSignal | undefined;
  } & (O extends { readonly idempotencyKey: true }
    ? { readonly idempotencyKey?: string | undefined }
    : unknown);

type Part<O extends Operation, P extends "params" | "query" | "body"> =
  O extends Readonly<Record<P, infer S extends TSchema>>
    ? Partial<Static<S>> extends Static<S>
      ? { readonly [K in P]?: Given<Static<S>> }
      : { readonly [K in P]: Given<Static<S>> }
    : unknown;

/** An optional property may be given as undefined, and an array may be readonly: both are sent the same. */
type Given<T> = T extends readonly (infer E)[]
  ? readonly Given<E>[]
  : T extends object
    ? {
        readonly [K in keyof T]: Partial<Pick<T, K>> extends Pick<T, K>
          ? Given<T[K]> | undefined
          : Given<T[K]>;
      }
    : T;

/** The same without its types, as the client sends it. */
export interface AnyInput {
  readonly params?: Readonly<Record<string, string>> | undefined;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>> | undefined;
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
  readonly idempotencyKey?: string | undefined;
}
