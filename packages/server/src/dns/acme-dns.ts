/**
 * An acme-dns server (https://github.com/joohoi/acme-dns): a registration is one name with two texts, of which a new one
 * pushes out the older. That is what a domain with its wildcard needs, and all: each wants a registration of its own.
 */
import { askApi, refusedBy } from "./ask-api.ts";
import type { DnsProvider } from "./dns-provider.ts";

export interface AcmeDnsAccess {
  /** Such as `https://auth.example.org`. */
  readonly url: string;
  /** These three are of the registration. */
  readonly subdomain: string;
  readonly username: string;
  readonly password: string;
}

const api = "acme-dns";

export function acmeDns({ url, subdomain, username, password }: AcmeDnsAccess): DnsProvider {
  return {
    add: async ({ text }, signal) => {
      const reply = await askApi(
        {
          api,
          method: "POST",
          url: `${url.replace(/\/+$/, "")}/update`,
          headers: { "x-api-user": username, "x-api-key": password },
          body: { subdomain, txt: text },
        },
        signal,
      );
      if (reply.status !== 200) throw refusedBy(api, reply);
    },
    // It has no way to: the next text pushes the last but one out.
    remove: async () => {},
  };
}
