import { type KeyPolicy, operations, type UsualKeyType } from "@certmill/api";
import { type Command, Option } from "commander";
import { badInput } from "./command-error.ts";
import { connect, type ServerOptions, withServerOptions } from "./connection.ts";
import { usualKeyTypes } from "./domain-request.ts";
import { withExamples } from "./examples.ts";
import {
  keptDays,
  keptText,
  keyPolicy,
  keyPolicyText,
  usualKeysText,
  warnOfKeyPolicy,
} from "./key-policy.ts";
import { caNames, type WantedCas } from "./option-values.ts";
import { print, printJson } from "./terminal/print.ts";

interface TenantSetOptions extends ServerOptions {
  readonly ca?: WantedCas;
  readonly anyCa?: boolean;
  readonly keys?: KeyPolicy | null;
  readonly keysKept?: number | null;
  readonly keyType?: UsualKeyType | "group";
}

export function registerTenantSet(tenant: Command): void {
  const command = tenant
    .command("set")
    .description("say which CAs and keys a tenant's domains may have, from the next order on")
    .argument("<name>", "the tenant; one that is new is made")
    .option("--ca <names>", "the only CA that they may have, or several in order of preference: a,b", caNames)
    .option("--any-ca", "any CA of the pool")
    .option(
      "--keys <policy>",
      "new (for each), keep:N (for N renewals), shared (one for all), or group: as the edge group has it",
      (text) => (text === "group" ? null : keyPolicy(text)),
    )
    .option("--keys-kept <days>", "how long a key that nothing uses is kept, or group", keptDays("group"))
    .addOption(
      new Option(
        "--key-type <type>",
        "which keys its domains have that do not say, or group: as the edge group has it",
      ).choices([...usualKeyTypes, "group"]),
    )
    .action(setTenant);
  withExamples(
    withServerOptions(command),
    "certmill tenant set acme --ca google,letsencrypt",
    "certmill tenant set acme --any-ca",
    "certmill tenant set acme --keys-kept 0",
    "certmill tenant set acme --key-type p256+rsa2048",
  );
}

async function setTenant(name: string, options: TenantSetOptions): Promise<void> {
  const { ca, anyCa, keys, keysKept, keyType } = options;
  const isOfCas = ca !== undefined || anyCa === true;
  const isOfKeys = [keys, keysKept, keyType].some((option) => option !== undefined);
  if ((ca !== undefined && anyCa === true) || !(isOfCas || isOfKeys))
    throw badInput(
      "Name the CAs with --ca A,B, or say --any-ca, or which keys: --keys, --keys-kept, --key-type.",
    );
  const client = await connect(options);
  const tenant = await client.call(operations.setTenant, {
    params: { name },
    body: {
      ...(isOfCas ? { cas: ca === undefined ? null : typeof ca === "string" ? [ca] : [...ca] } : {}),
      ...(keys === undefined ? {} : { keys }),
      ...(keysKept === undefined ? {} : { keysKeptDays: keysKept }),
      ...(keyType === undefined ? {} : { keyType: keyType === "group" ? null : keyType }),
    },
  });
  if (keys != null) warnOfKeyPolicy(keys, `the tenant ${tenant.name}`);
  if (options.json === true) return printJson(tenant);
  if (isOfCas) await print(`Tenant ${tenant.name}: certificates from ${tenant.cas?.join(", ") ?? "any CA"}.`);
  if (keys !== undefined) await print(`Tenant ${tenant.name}: ${keysText(tenant.keys)}.`);
  if (keysKept !== undefined)
    await print(`Tenant ${tenant.name}: ${keptText(tenant.keysKeptDays, "its edge groups")}.`);
  if (keyType !== undefined) await print(`Tenant ${tenant.name}: ${typesText(tenant.keyType)}.`);
}

const typesText = (keyType: UsualKeyType | null): string =>
  keyType === null ? "types of keys as its edge groups have them" : usualKeysText(keyType);

const keysText = (keys: KeyPolicy | null): string =>
  keys === null ? "keys as its edge groups have them" : keyPolicyText(keys);
