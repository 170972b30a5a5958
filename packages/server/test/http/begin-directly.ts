import { hours } from "@certmill/domain";
import { beginSession } from "../../src/http/sign-in/begin-session.ts";
import { findOperator } from "../../src/store/read/operators.ts";
import type { PersonRole } from "../../src/store/schema/access.ts";
import { ensureTenants } from "../../src/store/write/names.ts";
import { Browser } from "./browser.ts";
import { start, type TestApi } from "./open-test-api.ts";

const local = "http://localhost:8400";
const terms = {
  site: { origin: local, secure: false },
  now: start,
  terms: { idle: hours(1), longest: hours(12) },
};

/** The browser of somebody who has signed in with a password; looking at that takes its time, and is left out. */
export async function signedInByPassword(api: TestApi, name: string): Promise<Browser> {
  const operator = await findOperator(api.db, name);
  if (operator === null) throw new Error(`There is no ${name}.`);
  const begun = await beginSession(
    api.db,
    {
      method: "local",
      operator,
      who: name,
      displayName: operator.display_name,
      role: operator.role,
      tenantId: operator.tenant_id,
      address: "127.0.0.1",
      userAgent: null,
    },
    terms,
  );
  return browserWith(api, begun?.cookie);
}

/** The browser of somebody whom a provider has sent. */
export async function signedInAs(
  api: TestApi,
  person: { readonly who: string; readonly role: PersonRole; readonly tenant?: string },
): Promise<Browser> {
  const { who, role, tenant } = person;
  const tenants = await ensureTenants(api.db, tenant === undefined ? [] : [tenant], start);
  const begun = await beginSession(
    api.db,
    {
      method: "oidc",
      operator: null,
      who,
      displayName: who,
      role,
      tenantId: tenant === undefined ? null : (tenants.get(tenant) ?? null),
      address: "127.0.0.1",
      userAgent: null,
    },
    terms,
  );
  return browserWith(api, begun?.cookie);
}

function browserWith({ app }: TestApi, cookie: string | undefined): Browser {
  const browser = new Browser(app, local);
  const [name = "", value = ""] = (cookie ?? "").split(";")[0]?.split("=") ?? [];
  browser.cookies.set(name, value);
  return browser;
}
