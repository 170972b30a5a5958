/** Where the console is, as a browser has it, and whether a request comes from it. */
import type { IncomingHttpHeaders } from "node:http";
import { consoleHeader } from "@certmill/api";
import { Refusal } from "../refusal.ts";

export interface Site {
  /** `https://certmill.example.com` */
  readonly origin: string;
  readonly secure: boolean;
}

const loopbackHost = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d{1,5})?$/;

/**
 * @param publicUrl where people reach the console; null: only a browser on this machine does.
 * @returns null: no console is there, for the request is to another host than this machine's own names.
 */
export function siteOf({ host }: Pick<IncomingHttpHeaders, "host">, publicUrl: URL | null): Site | null {
  if (publicUrl !== null) return { origin: publicUrl.origin, secure: publicUrl.protocol === "https:" };
  return host !== undefined && loopbackHost.test(host) ? { origin: `http://${host}`, secure: false } : null;
}

/**
 * That the request was made by the console's own page: by the custom header, which another site's page cannot send, and
 * by what the browser says of where it comes from.
 *
 * @throws {Refusal} `not-from-console`
 */
export function demandConsole(headers: IncomingHttpHeaders, site: Site | null): Site {
  const no = (detail: string): Refusal => new Refusal("not-from-console", detail);
  if (site === null) {
    throw no(`There is no console at ${headers.host ?? "this address"}, and \`public_url\` is not set.`);
  }
  if (headers[consoleHeader.toLowerCase()] === undefined) {
    throw no(`The request came with a session and without the header ${consoleHeader}.`);
  }
  const { origin, "sec-fetch-site": fetchSite } = headers;
  if (origin !== undefined && origin !== site.origin) {
    throw no(`The request came from ${origin}, and the console is at ${site.origin}.`);
  }
  if (fetchSite !== undefined ? fetchSite !== "same-origin" : origin === undefined) {
    throw no("The request does not say that it came from the console's own page.");
  }
  return site;
}

/**
 * That a reading request was not made by another site's page.
 *
 * @throws {Refusal} `not-from-console`
 */
export function refuseOtherSites({ "sec-fetch-site": fetchSite }: IncomingHttpHeaders): void {
  if (fetchSite === undefined || fetchSite === "same-origin" || fetchSite === "none") return;
  throw new Refusal("not-from-console", "The request was made by another site's page.");
}
