import { type TObject, type TSchema, Type } from "typebox";
import { consoleHeader, sessionCookie } from "./console-request.ts";
import {
  isEventStream,
  isForTenants,
  isOpen,
  isTextBody,
  type Operation,
  type TextBody,
} from "./operation.ts";
import { operations } from "./operations.ts";
import { Problem } from "./problem/problem.ts";
import { type ProblemCode, problemTypes } from "./problem/problem-types.ts";

/** An OpenAPI 3.1 document; 3.1 because its schemas are JSON Schema as it is. */
export type OpenapiDocument = Readonly<Record<string, unknown>>;

/** The API as OpenAPI, made from the operations table; the same text for the same version. */
export function openapiDocument(version: string): OpenapiDocument {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const operation of Object.values<Operation>(operations)) {
    const path = (paths[operation.path] ??= {});
    path[operation.method.toLowerCase()] = operationObject(operation);
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Certmill",
      version,
      description:
        "TLS certificates for everyone a hosting provider hosts. Errors are problem documents (RFC 9457) with a stable `code`; lists are pages that `next` leads through.",
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    paths,
    components: {
      securitySchemes: {
        token: { type: "http", scheme: "bearer" },
        session: {
          type: "apiKey",
          in: "cookie",
          name: sessionCookie,
          description: `Somebody who has signed in. What is not a GET needs the header \`${consoleHeader}: 1\` and comes from the console's own origin.`,
        },
      },
      schemas: { Problem },
    },
  };
}

function operationObject(operation: Operation): unknown {
  const { id, tag, summary, body } = operation;
  return {
    operationId: id,
    tags: [tag],
    summary,
    description: describe(operation),
    security: securityOf(operation),
    parameters: [
      ...parameters("path", operation.params),
      ...parameters("query", operation.query),
      ...(operation.idempotencyKey === true ? [idempotencyKey] : []),
    ],
    ...(body === undefined
      ? {}
      : { requestBody: { required: true, content: { "application/json": { schema: body } } } }),
    responses: { ...successes(operation), ...refusals(operation) },
  };
}

function securityOf({ scopes, role }: Operation): unknown[] {
  return [...(scopes.length === 0 ? [] : [{ token: [] }]), ...(role === null ? [] : [{ session: [] }])];
}

function describe(operation: Operation): string {
  const { description, scopes, role } = operation;
  if (isOpen(operation)) return `${description} Needs no token.`;
  const token = scopes.length === 0 ? null : `a token of scope ${scopes.join(" or ")}`;
  const bound = isForTenants(operation) ? "" : ", bound to no tenant";
  const person =
    role === null
      ? null
      : `somebody signed in${role === "viewer" ? "" : ` as ${role}${role === "admin" ? "" : " or more"}`}${bound}`;
  return `${description} Needs ${[token, person].filter((one) => one !== null).join(", or ")}.`;
}

const idempotencyKey = {
  in: "header",
  name: "Idempotency-Key",
  required: false,
  description:
    "A text of the caller's own. The same key with the same request gives the first answer again, for 24 hours.",
  schema: Type.String({ minLength: 1, maxLength: 200 }),
};

function parameters(place: "path" | "query", schema: TObject | undefined): unknown[] {
  if (schema === undefined) return [];
  const required: readonly string[] = schema.required ?? [];
  return Object.entries<TSchema>(schema.properties).map(([name, property]) => ({
    in: place,
    name,
    required: place === "path" || required.includes(name),
    schema: property,
  }));
}

function successes(operation: Operation): Record<string, unknown> {
  const entries = Object.entries<TSchema | TextBody>(operation.responses).map(([status, body]) => [
    status,
    isTextBody(body)
      ? { description: body.description, content: { [body.mediaType]: textContent(body) } }
      : { description: operation.summary, content: { "application/json": { schema: body } } },
  ]);
  return Object.fromEntries(entries) as Record<string, unknown>;
}

/** OpenAPI 3.1 has no words for what a stream's events hold. */
const textContent = (body: TextBody): unknown =>
  isEventStream(body) ? { schema: Type.String(), "x-events": body.events } : { schema: Type.String() };

/** Problems by status: OpenAPI has room for one description for each. */
function refusals(operation: Operation): Record<string, unknown> {
  const byStatus = Map.groupBy(problemsOf(operation), (code) => problemTypes[code].status);
  const entries = [...byStatus]
    .toSorted(([a], [b]) => a - b)
    .map(([status, codes]) => [
      String(status),
      {
        description: codes.map((code) => `\`${code}\`: ${problemTypes[code].title}.`).join(" "),
        content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
      },
    ]);
  return Object.fromEntries(entries) as Record<string, unknown>;
}

/** An operation's own problems and those that any call like it can have. */
function problemsOf(operation: Operation): readonly ProblemCode[] {
  const { params, query, body, scopes, role, idempotencyKey: repeatable, problems } = operation;
  const takesInput = params !== undefined || query !== undefined || body !== undefined;
  return [
    ...(takesInput ? (["invalid-request"] as const) : []),
    ...(body === undefined ? [] : (["body-too-large", "body-not-json"] as const)),
    ...(repeatable === true ? (["idempotency-key-reused"] as const) : []),
    ...(scopes.length === 0 ? [] : (["token-missing", "token-rejected", "scope-insufficient"] as const)),
    ...(role === null ? [] : (["session-missing", "session-ended", "role-insufficient"] as const)),
    ...(role === null || operation.method === "GET" ? [] : (["not-from-console"] as const)),
    ...problems,
    ...(isOpen(operation) ? [] : (["internal", "database-unavailable"] as const)),
  ];
}
