/** The settings of how names are looked up and checked, and of how proofs get into the DNS; part of the table in settings.ts. */
import Type from "typebox";

export const checkSettings = {
  ingress_addresses: Type.Optional(
    Type.String({
      minLength: 1,
      description:
        "Where customers' names are to point: the platform's public IP addresses, and prefixes such as 192.0.2.0/24. When set, each name is checked before its first order: addresses, CAA, DNSSEC, and a request as a CA makes it. The same for every process.",
      expected: "IP addresses or prefixes, separated by commas",
    }),
  ),
  proxy_ranges: Type.Optional(
    Type.String({
      minLength: 1,
      description:
        "Addresses of proxies that may stand before the platform, such as a CDN's: names may point there, too.",
      expected: "IP addresses or prefixes, separated by commas",
    }),
  ),
  checks: Type.Union(
    ["on", "off"].map((choice) => Type.Literal(choice)),
    {
      default: "on",
      description: "Whether names are checked before their first order; only with ingress_addresses.",
      expected: "on or off",
    },
  ),
  dns_resolvers: Type.Optional(
    Type.String({
      minLength: 1,
      description:
        "Resolvers that the checks ask, in this order; they should check DNSSEC, and what they have cached is believed. Without them, each name's own servers are asked, found by walking down from dns_root_servers.",
      expected: "IP addresses, each with a :port or without, separated by commas",
    }),
  ),
  dns_root_servers: Type.String({
    minLength: 1,
    // IANA's named.root of 2024: a to m, IPv4.
    default:
      "198.41.0.4,170.247.170.2,192.33.4.12,199.7.91.13,192.203.230.10,192.5.5.241,192.112.36.4,198.97.190.53,192.36.148.17,192.58.128.30,193.0.14.129,199.7.83.42,202.12.27.33",
    description:
      "Where the checks begin to look names up: the servers of the DNS root, or of a root of your own.",
    expected: "IP addresses, each with a :port or without, separated by commas",
  }),
  dns_hook_directory: Type.Optional(
    Type.String({
      minLength: 1,
      description:
        "Where the programs are that DNS providers of the kind `exec` may run; the same on every host with a worker. Without it none is run, whatever an admin's token asks for.",
    }),
  ),
  check_allowed_ranges: Type.Optional(
    Type.String({
      minLength: 1,
      description:
        "Private, loopback and other addresses that are not on the public internet and that the checks may connect to all the same. Without it they never do, wherever a name or a redirect points.",
      expected: "IP addresses or prefixes, separated by commas",
    }),
  ),
  vantage_name: Type.Optional(
    Type.String({
      pattern: "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$",
      description:
        "This process looks at names for the checks of all others, too, as the vantage point of this name: set it, each to its own, where processes run in other places. Needs ingress_addresses and PostgreSQL.",
      expected: "lower-case letters, digits and hyphens",
    }),
  ),
};
