/** The two addresses by which a browser goes to the sign-in provider and comes back. Not for programs: they answer with redirects. */
import type { SignInFault } from "@certmill/api";
import type { Instant } from "@certmill/domain";
import type { FastifyBaseLogger, FastifyInstance, FastifyReply } from "fastify";
import type { Db } from "../../store/database.ts";
import { noteAction } from "../../store/write/audit.ts";
import { findTenants } from "../../store/write/names.ts";
import { clientAddress } from "../caller/client-address.ts";
import type { OidcPort, SignInPorts } from "../ports.ts";
import { beginSession } from "./begin-session.ts";
import type { Site } from "./console-site.ts";
import { readCookie, setCookie } from "./session-cookie.ts";

interface Tools {
  readonly db: Db;
  readonly now: () => Instant;
  readonly log: FastifyBaseLogger;
  readonly signIn: SignInPorts;
  readonly publicUrl: URL | null;
}

const loginCookie = "__Host-certmill_login";

/** Adds nothing where there is no provider. */
export function addOidcRoutes(app: FastifyInstance, tools: Tools): void {
  const { oidc } = tools.signIn;
  const { publicUrl } = tools;
  if (oidc === null || publicUrl === null) return;
  const site: Site = { origin: publicUrl.origin, secure: publicUrl.protocol === "https:" };

  app.get<{ Querystring: { return_to?: unknown } }>("/auth/oidc/start", async (request, reply) => {
    const started = await oidc.start(pageOf(request.query.return_to, site));
    if (started === null) return toFault(reply, "provider-unreachable");
    const cookie = { name: loginCookie, value: started.login, lasts: oidc.loginSeconds };
    return reply
      .header("set-cookie", setCookie(site, cookie))
      .header("cache-control", "no-store")
      .redirect(started.url);
  });

  app.get("/auth/oidc/callback", async (request, reply) => {
    const { headers, url, ip } = request;
    const query = url.includes("?") ? url.slice(url.indexOf("?")) : "";
    void reply.header("set-cookie", setCookie(site, { name: loginCookie, value: "", lasts: 0 }));
    const person = await oidc.finish(query, readCookie(loginCookie, headers.cookie, site));
    const from = { address: clientAddress(ip), userAgent: headers["user-agent"]?.slice(0, 300) ?? null };
    return person.kind === "refused"
      ? refuse(tools, reply, { ...person, address: from.address })
      : letIn(tools, reply, { person, from, site });
  });
}

type Person = Extract<Awaited<ReturnType<OidcPort["finish"]>>, { kind: "person" }>;

async function letIn(
  tools: Tools,
  reply: FastifyReply,
  {
    person,
    from,
    site,
  }: {
    readonly person: Person;
    readonly from: { readonly address: string | null; readonly userAgent: string | null };
    readonly site: Site;
  },
): Promise<FastifyReply> {
  const { db, now, signIn } = tools;
  const { who, displayName, role, tenant, returnTo } = person;
  const tenantId = tenant === null ? null : (await findTenants(db, [tenant])).get(tenant);
  // One that is not here is not made: a claim that is mistyped would make a customer who sees nothing, or another.
  if (tenantId === undefined) {
    const detail = `${who} is of the tenant "${tenant}", which is not here.`;
    return refuse(tools, reply, { fault: "tenant-unknown", detail, address: from.address });
  }
  const begun = await beginSession(
    db,
    { method: "oidc", operator: null, who, displayName, role, tenantId, ...from },
    { site, now: now(), terms: signIn.terms },
  );
  if (begun === null) throw new Error("A session vanished right after it was stored.");
  await noteAction(
    db,
    { via: "oidc", who, address: from.address, action: "signIn", about: null },
    { now: now(), status: 200 },
  );
  // The header is a list then: the cookie of the way there is taken away beside it.
  return reply.header("set-cookie", begun.cookie).header("cache-control", "no-store").redirect(returnTo);
}

async function refuse(
  { db, now, log }: Tools,
  reply: FastifyReply,
  {
    fault,
    detail,
    address,
  }: { readonly fault: SignInFault; readonly detail: string; readonly address: string | null },
): Promise<FastifyReply> {
  log.warn(
    { event: "sign-in.refused", fault, detail, address },
    "somebody whom the provider sent was not let in",
  );
  await noteAction(
    db,
    { via: "nobody", who: "", address, action: "signIn", about: fault },
    { now: now(), status: 401 },
  );
  return toFault(reply, fault);
}

/** The console says what it means. */
const toFault = (reply: FastifyReply, fault: SignInFault): FastifyReply =>
  reply.header("cache-control", "no-store").redirect(`/console/sign-in?fault=${fault}`);

/** A page of the console, whatever else was asked for: nobody is sent elsewhere from here. */
function pageOf(asked: unknown, { origin }: Site): string {
  const url = typeof asked === "string" ? URL.parse(asked, origin) : null;
  if (url === null || url.origin !== origin || !url.pathname.startsWith("/console/")) return "/console/";
  return `${url.pathname}${url.search}${url.hash}`;
}
