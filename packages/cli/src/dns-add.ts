import { readFile } from "node:fs/promises";
import { type DnsAccess, dnsProviderKinds, type NewDnsProvider, operations } from "@certmill/api";
import { type Command, Option } from "commander";
import { badInput } from "./command-error.ts";
import { connect, type ServerOptions, withServerOptions } from "./connection.ts";
import { withExamples } from "./examples.ts";
import { fileFault } from "./file-fault.ts";
import { repeated } from "./option-values.ts";
import { print, printJson } from "./terminal/print.ts";

/** What the kinds' access is made of; each kind takes its own. */
interface AccessOptions {
  readonly server?: string;
  readonly keyName?: string;
  readonly keyAlgorithm?: (typeof keyAlgorithms)[number];
  readonly apiUrl?: string;
  readonly serverId?: string;
  readonly subdomain?: string;
  readonly user?: string;
  readonly program?: string;
  readonly hostedZone?: string;
  readonly secretFile?: string;
}

interface DnsAddOptions extends ServerOptions, AccessOptions {
  readonly kind: DnsAccess["kind"];
  readonly zone: readonly string[];
  readonly delegations?: boolean;
  readonly wildcardsOnly?: boolean;
}

const keyAlgorithms = ["hmac-sha256", "hmac-sha384", "hmac-sha512", "hmac-sha1"] as const;

export function registerDnsAdd(dns: Command): void {
  const command = dns
    .command("add")
    .description("add a DNS provider, whose zones the proofs of wildcards and others are written into")
    .argument("<name>", "what to call it")
    .addOption(new Option("--kind <kind>", "what it is").choices(dnsProviderKinds).makeOptionMandatory())
    .requiredOption("--zone <name>", "a zone that it has (repeatable)", repeated)
    .option("--delegations", "delegate names that are in no zone into the first of these, by a CNAME")
    .option("--wildcards-only", "prove only wildcards, and what asks for it, by DNS-01 in these zones")
    .option("--server <host>", "rfc2136: the name server, with a :port or without")
    .option("--key-name <name>", "rfc2136: the TSIG key's name")
    .addOption(
      new Option(
        "--key-algorithm <name>",
        "rfc2136: the TSIG key's algorithm (default: hmac-sha256)",
      ).choices(keyAlgorithms),
    )
    .option("--api-url <url>", "powerdns, acme-dns: the API's address")
    .option("--server-id <id>", "powerdns: the server (default: localhost)")
    .option("--subdomain <name>", "acme-dns: the registration's")
    .option("--user <name>", "acme-dns: the registration's username; route53: the access key's id")
    .option("--program <file>", "exec: a file in the servers' dns_hook_directory")
    .option("--hosted-zone <id>", "route53: the hosted zone")
    .option(
      "--secret-file <file>",
      "file with its secret: the TSIG key's, the API key or token, the password; it is stored encrypted",
    )
    .action(addDns);
  withExamples(
    withServerOptions(command),
    "certmill dns add ns1 --kind rfc2136 --zone example.com --server ns1.example.com --key-name certmill --secret-file tsig.txt",
    "certmill dns add proofs --kind powerdns --zone acme.example.net --delegations --api-url http://192.0.2.53:8081 --secret-file api-key.txt",
    "certmill dns add cf --kind cloudflare --zone example.org --secret-file token.txt",
  );
}

async function addDns(name: string, options: DnsAddOptions): Promise<void> {
  const body: NewDnsProvider = {
    name,
    zones: [...options.zone],
    access: accessOf(options, await readSecret(options.secretFile)),
    ...(options.delegations === true ? { delegations: true } : {}),
    ...(options.wildcardsOnly === true ? { wildcardsOnly: true } : {}),
  };
  const client = await connect(options);
  const added = await client.call(operations.addDnsProvider, { body });
  if (options.json === true) return printJson(added);
  await print(`DNS provider ${added.name} added, for ${added.zones.join(", ")}.`);
  if (added.delegationZone !== null)
    await print(`Names that are in no zone are delegated into ${added.delegationZone}.`);
  await print(`Try it out: certmill dns test ${added.name}`);
}

async function readSecret(file: string | undefined): Promise<string | undefined> {
  if (file === undefined) return undefined;
  let text: string;
  try {
    text = (await readFile(file, "utf8")).trim();
  } catch (error) {
    throw fileFault(`The secret file ${file}`, "read", error);
  }
  if (text === "") throw badInput(`The secret file ${file} is empty.`);
  return text;
}

/** The options of each kind; what is not of the kind is refused rather than ignored. */
const optionsOf = {
  rfc2136: ["server", "keyName", "keyAlgorithm", "secretFile"],
  powerdns: ["apiUrl", "serverId", "secretFile"],
  "acme-dns": ["apiUrl", "subdomain", "user", "secretFile"],
  exec: ["program"],
  cloudflare: ["apiUrl", "secretFile"],
  route53: ["apiUrl", "hostedZone", "user", "secretFile"],
} as const satisfies Record<DnsAccess["kind"], readonly (keyof AccessOptions)[]>;

const everyOption = [...new Set(Object.values(optionsOf).flat())];

const flag = (option: keyof AccessOptions): string =>
  `--${option.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

function accessOf(options: DnsAddOptions, secret: string | undefined): DnsAccess {
  const { kind } = options;
  const own: readonly string[] = optionsOf[kind];
  const stray = everyOption.find((option) => options[option] !== undefined && !own.includes(option));
  if (stray !== undefined) throw badInput(`${flag(stray)} is not for the kind ${kind}.`);
  const need = (option: keyof AccessOptions): string => {
    const value = option === "secretFile" ? secret : options[option];
    if (value === undefined) throw badInput(`The kind ${kind} needs ${flag(option)}.`);
    return value;
  };
  const { keyName, keyAlgorithm, serverId, user, apiUrl: url } = options;
  switch (kind) {
    case "rfc2136":
      return {
        kind,
        server: need("server"),
        ...(keyName === undefined ? {} : { keyName }),
        ...(keyAlgorithm === undefined ? {} : { keyAlgorithm }),
        ...(secret === undefined ? {} : { keySecret: secret }),
      };
    case "powerdns":
      return {
        kind,
        url: need("apiUrl"),
        apiKey: need("secretFile"),
        ...(serverId === undefined ? {} : { serverId }),
      };
    case "acme-dns":
      return {
        kind,
        url: need("apiUrl"),
        subdomain: need("subdomain"),
        username: need("user"),
        password: need("secretFile"),
      };
    case "exec":
      return { kind, program: need("program") };
    case "cloudflare":
      return { kind, apiToken: need("secretFile"), ...(url === undefined ? {} : { url }) };
    case "route53":
      return {
        kind,
        hostedZoneId: need("hostedZone"),
        ...(user === undefined ? {} : { accessKeyId: user }),
        ...(secret === undefined ? {} : { secretAccessKey: secret }),
        ...(url === undefined ? {} : { url }),
      };
  }
}
