export { type Agent, type AgentOptions, openAgent, type ServedCertificate } from "./agent.ts";
export { EdgeFault, type EdgeFaultCode } from "./edge-fault.ts";
export { tokenFileClient } from "./feed/token-file-client.ts";
export type { LayoutName } from "./install/layout.ts";
export type { EdgeEvent, Log } from "./log/edge-event.ts";
export { type LogFormat, writeLog } from "./log/write-log.ts";
export type { Reload } from "./reload/reload-proxy.ts";
export { openTlsEdge, type TlsEdge, type TlsEdgeOptions } from "./tls/tls-edge.ts";
