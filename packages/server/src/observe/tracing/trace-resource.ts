import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import {
  defaultResource,
  detectResources,
  type Resource,
  resourceAttributesEnvDetector,
  resourceFromAttributes,
  serviceNameEnvDetector,
} from "@opentelemetry/resources";
import type { TracedProcess } from "./tracing.ts";

/** Which process sends spans; OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES go before it. Its command line is not among it. */
export const resourceOf = ({ version, roles }: TracedProcess): Resource =>
  defaultResource()
    .merge(
      resourceFromAttributes({
        "service.name": "certmill",
        "service.version": version,
        "service.instance.id": randomUUID(),
        "host.name": hostname(),
        "process.pid": process.pid,
        "certmill.roles": roles,
      }),
    )
    .merge(detectResources({ detectors: [resourceAttributesEnvDetector, serviceNameEnvDetector] }));
