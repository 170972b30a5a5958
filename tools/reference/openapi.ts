import { openapiDocument } from "@certmill/api";
import manifest from "../../packages/server/package.json" with { type: "json" };

/** docs/reference/openapi.json: what a server serves at /openapi.json. */
export const openapiReference = (): string =>
  `${JSON.stringify(openapiDocument(manifest.version), null, 2)}\n`;
