import { type Static, Type } from "typebox";
import { Nullable } from "../fields.ts";
import { operation } from "../operation.ts";

export const ReadinessPart = Type.Object({
  part: Type.Enum(["database", "migrations", "worker", "responder", "keys"]),
  ready: Type.Boolean(),
  reason: Nullable(Type.String({ description: "Why it is not ready; null when it is." })),
});
export type ReadinessPart = Static<typeof ReadinessPart>;

export const Readiness = Type.Object({ ready: Type.Boolean(), parts: Type.Array(ReadinessPart) });
export type Readiness = Static<typeof Readiness>;

export const checkLiveness = operation({
  id: "checkLiveness",
  method: "GET",
  path: "/livez",
  tag: "Health",
  summary: "Is the process alive?",
  description: "Asks nothing of the database: a restart would not mend that.",
  scopes: [],
  role: null,
  responses: { 200: Type.Object({ alive: Type.Literal(true) }) },
  problems: [],
});

export const checkReadiness = operation({
  id: "checkReadiness",
  method: "GET",
  path: "/readyz",
  tag: "Health",
  summary: "Can the process do its work?",
  description: "Says which part is not ready, and why.",
  scopes: [],
  role: null,
  responses: { 200: Readiness, 503: Readiness },
  problems: [],
});

export const showMetrics = operation({
  id: "showMetrics",
  method: "GET",
  path: "/metrics",
  tag: "Health",
  summary: "Metrics for Prometheus",
  description: "In the text exposition format.",
  scopes: [],
  role: null,
  responses: { 200: { mediaType: "text/plain; version=0.0.4; charset=utf-8", description: "Metrics." } },
  problems: [],
});
