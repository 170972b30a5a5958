import type { Static, TObject, TSchema } from "typebox";
import type { ProblemCode } from "./problem/problem-types.ts";
import type { Role } from "./role.ts";

/**
 * What a bearer token may do. `admin`: all; `tenant`: its tenant's domains; `edge`: its edge group's feed; `status`: see how
 * its tenant's domains stand, in the browser of a customer.
 */
export type Scope = "admin" | "tenant" | "edge" | "status";

/** A body that is no JSON: its media type, and what it is. */
export interface TextBody {
  readonly mediaType: string;
  readonly description: string;
}

/**
 * A body that goes on for as long as the caller listens: server-sent events (WHATWG HTML section 9.2), each with a name and
 * data in JSON.
 */
export interface EventStreamBody extends TextBody {
  readonly mediaType: "text/event-stream";
  /** What the data of an event is, by the event's name. */
  readonly events: Readonly<Record<string, TSchema>>;
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
  /** Of a token: any one of them will do; empty: it is not for tokens. Nothing is asked for where `role` is null, too. */
  readonly scopes: readonly Scope[];
  /**
   * The least that somebody who has signed in must be; null: it is not for people. One who is bound to a tenant may do it
   * only where the scope `tenant` may, and sees and changes what that would.
   */
  readonly role: Role | null;
  /** Whether the audit log has its calls. Absent: it does unless it is a GET. */
  readonly audited?: boolean;
  readonly params?: TObject;
  readonly query?: TObject;
  readonly body?: TSchema;
  /** Whether the same `Idempotency-Key` with the same body gives the first answer again. */
  readonly idempotencyKey?: true;
  /** By status. A status that is not here comes with a problem document. */
  readonly responses: Readonly<Record<number, TSchema | TextBody | EventStreamBody>>;
  /** The problems that are particular to it, beside those any call can have. */
  readonly problems: readonly ProblemCode[];
}

/**
 * Where the calls of an operation go, without its schemas, for a program that is not to load what they are made of. What is
 * given and answered has the types of the operation all the same.
 */
export interface Route<O extends Operation> extends Pick<O, "id" | "method" | "path"> {
  /** By status, as the operation has them: a text, or some JSON. */
  readonly responses: { readonly [Status in keyof O["responses"]]: TextBody | object };
  /** For the compiler alone, which finds the operation by it. */
  readonly operation?: O;
}

/** Keeps the literal types of an operation while it is checked. */
export const operation = <const O extends Operation>(definition: O): O => definition;

/** Whether anybody may call it. */
export const isOpen = ({ scopes, role }: Pick<Operation, "scopes" | "role">): boolean =>
  scopes.length === 0 && role === null;

/** Whether somebody who is bound to a tenant may call it, given the role: a tenant's token may, or it is about their own session. */
export const isForTenants = ({ scopes, role }: Pick<Operation, "scopes" | "role">): boolean =>
  scopes.includes("tenant") || (scopes.length === 0 && role !== null);

export const isAudited = ({ method, audited }: Operation): boolean => audited ?? method !== "GET";

export function isTextBody(body: TSchema | TextBody | object): body is TextBody {
  return "mediaType" in body && typeof body.mediaType === "string";
}

export function isEventStream(body: TSchema | TextBody): body is EventStreamBody {
  return isTextBody(body) && body.mediaType === "text/event-stream";
}

/** What an operation answers, over all of its declared statuses. */
export type OutputOf<O extends Operation> = BodyOf<O["responses"][keyof O["responses"]]>;

type BodyOf<B> = B extends TextBody ? string : B extends TSchema ? Static<B> : never;

/** An operation whose answer is a stream. */
export type StreamOperation = Operation & { readonly responses: { readonly 200: EventStreamBody } };

/** One event of a stream, by its name. `id`: where a stream goes on that begins after it; null: where the one before it says. */
export type StreamEventOf<O extends StreamOperation> = {
  readonly [Name in keyof O["responses"][200]["events"] & string]: {
    readonly event: Name;
    readonly data: Static<O["responses"][200]["events"][Name]>;
    readonly id: string | null;
  };
}[keyof O["responses"][200]["events"] & string];

/** What the server's handler of an operation is given, after validation. */
export interface RequestOf<O extends Operation> {
  readonly params: O extends { readonly params: infer P extends TSchema } ? Static<P> : undefined;
  readonly query: O extends { readonly query: infer Q extends TSchema } ? Static<Q> : undefined;
  readonly body: O extends { readonly body: infer B extends TSchema } ? Static<B> : undefined;
}
