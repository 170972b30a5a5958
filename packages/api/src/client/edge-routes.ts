import type { Route } from "../operation.ts";
import type { Operations } from "../operations.ts";

type EdgeOperation =
  | "demandCertificate"
  | "edgeCertificates"
  | "edgeFeed"
  | "edgeProof"
  | "edgeSnapshot"
  | "joinEdge"
  | "sendReceipts";

const json = {};

/** What an edge's agent calls. The compiler holds each to its operation. */
export const edgeRoutes: { readonly [Id in EdgeOperation]: Route<Operations[Id]> } = {
  joinEdge: { id: "joinEdge", method: "POST", path: "/v1/edge/join", responses: { 200: json } },
  edgeSnapshot: { id: "edgeSnapshot", method: "GET", path: "/v1/edge/snapshot", responses: { 200: json } },
  edgeFeed: { id: "edgeFeed", method: "GET", path: "/v1/edge/feed", responses: { 200: json } },
  edgeCertificates: {
    id: "edgeCertificates",
    method: "POST",
    path: "/v1/edge/certificates",
    responses: { 200: json },
  },
  demandCertificate: {
    id: "demandCertificate",
    method: "POST",
    path: "/v1/edge/demands",
    responses: { 200: json },
  },
  sendReceipts: { id: "sendReceipts", method: "POST", path: "/v1/edge/receipts", responses: { 200: json } },
  edgeProof: {
    id: "edgeProof",
    method: "GET",
    path: "/v1/edge/proofs/{serverName}",
    responses: { 200: json },
  },
};
