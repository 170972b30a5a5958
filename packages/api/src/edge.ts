/**
 * For the agent at an edge: its calls without the schemas, as TypeBox takes a quarter of a second and 20 MB to load. Types are those of the
 * whole contract.
 */
export { ApiError } from "./client/api-error.ts";
export { type Client, createClient } from "./client/create-client.ts";
export { edgeRoutes } from "./client/edge-routes.ts";
export { pages } from "./client/pages.ts";
export { ServerUnreachable } from "./client/server-unreachable.ts";
export type { EdgeCertificate, EdgeChange, EdgeProof, Receipt } from "./resource/edge.ts";
export { maxKeyPairs, maxReceipts } from "./resource/edge-bounds.ts";
