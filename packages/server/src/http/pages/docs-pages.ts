import type { OpenapiDocument } from "@certmill/api";
import swagger from "@fastify/swagger";
import swaggerUi from "@fastify/swagger-ui";
import type { FastifyInstance } from "fastify";

/**
 * The API's document at /openapi.json and as a page at /docs. The page loads nothing from elsewhere, and its
 * policy keeps it so.
 */
export async function addDocsPages(app: FastifyInstance, document: OpenapiDocument): Promise<void> {
  app.get("/openapi.json", () => document);
  await app.register(swagger, { mode: "static", specification: { document: document as never } });
  await app.register(swaggerUi, {
    routePrefix: "/docs",
    staticCSP: true,
    // A validator elsewhere would be sent the document's address.
    uiConfig: {
      layout: "BaseLayout",
      validatorUrl: null,
      displayRequestDuration: true,
      persistAuthorization: false,
    },
  });
}
