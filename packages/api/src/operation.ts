import type { Static, TObject, TSchema } from "typebox";
import type { ProblemCode } from "./problem/problem-types.ts";

/** What a bearer token may do. `admin`: all; `tenant`: its tenant's domains; `edge`: its edge group's feed. */
export type Scope = "admin" | "tenant" | "edge";

/** A body that is no JSON: its media type, and what it is. */
export interface TextBody {
  readonly mediaType: string;
  readonly description: string;
}

/**
 * One call of the API, as data. The server's routes, the client and openapi.json are all made from it, so
 * they cannot disagree.
 */
export interface Operation {
  readonly id: string;
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  /** As OpenAPI writes it: `/v1/domains/{name}`. */
  readonly path: `/${string}`;
  readonly tag: string;
  readonly summary: string;
  readonly description: string;
  /** Any one of them will do; empty: no token is asked for. */
  readonly scopes: readonly Scope[];
  readonly params?: TObject;
  readonly query?: TObject;
  readonly body?: TSchema;
  /** Whether the same `Idempotency-Key` with the same body gives the first answer again. */
  readonly idempotencyKey?: true;
  /** By status. A status that is not here comes with a problem document. */
  readonly responses: Readonly<Record<number, TSchema | TextBody>>;
  /** The problems that are particular to it, beside those any call can have. */
  readonly problems: readonly ProblemCode[];
}

/** Keeps the literal types of an operation while it is checked. */
export const operation = <const O extends Operation>(definition: O): O => definition;

export function isTextBody(body: TSchema | TextBody): body is TextBody {
  return "mediaType" in body && typeof body.mediaType === "string";
}

/** What an operation answers, over all of its declared statuses. */
export type OutputOf<O extends Operation> = BodyOf<O["responses"][keyof O["responses"]]>;

type BodyOf<B> = B extends TextBody ? string : B extends TSchema ? Static<B> : never;

/** What the server's handler of an operation is given, after validation. */
export interface RequestOf<O extends Operation> {
  readonly params: O extends { readonly params: infer P extends TSchema } ? Static<P> : undefined;
  readonly query: O extends { readonly query: infer Q extends TSchema } ? Static<Q> : undefined;
  readonly body: O extends { readonly body: infer B extends TSchema } ? Static<B> : undefined;
}
