import { type CaChange, type LimitSetName, limitSetNames, operations } from "@certmill/api";
import { type Command, Option } from "commander";
import { badInput } from "./command-error.ts";
import { connect, type ServerOptions, withServerOptions } from "./connection.ts";
import { withExamples } from "./examples.ts";
import { repeated, wholeNumber } from "./option-values.ts";
import { print, printJson } from "./terminal/print.ts";

interface CaSetOptions extends ServerOptions {
  readonly weight?: number;
  readonly limits?: LimitSetName;
  readonly caa?: readonly string[];
  readonly maxOrdersInFlight?: number;
  /** false: none. */
  readonly profile?: string | false;
  readonly default?: boolean;
}

export function registerCaSet(ca: Command): void {
  const command = ca
    .command("set")
    .description("change a CA's settings; what is not named stays")
    .argument("<name>", "the CA's name, from: certmill ca list")
    .option("--weight <n>", "its share of the orders, beside the other CAs' weights; 0: none", wholeNumber(0))
    .addOption(new Option("--limits <set>", "the built-in limits to begin with").choices(limitSetNames))
    .option("--caa <identity>", "what CAA records call it (repeatable; replaces all)", repeated)
    .option("--max-orders-in-flight <n>", "orders in flight at most", wholeNumber(1))
    .option("--profile <name>", "the CA's profile to order by, such as Let's Encrypt's shortlived")
    .option("--no-profile", "order by no profile: what the CA gives by itself")
    .option("--default", "issue from it unless a domain says otherwise")
    .action(setCa);
  withExamples(
    withServerOptions(command),
    "certmill ca set google --weight 30",
    "certmill ca set internal --default",
    "certmill ca set letsencrypt --profile tlsserver",
  );
}

async function setCa(name: string, options: CaSetOptions): Promise<void> {
  const body = changeOf(options);
  const client = await connect(options);
  const ca = await client.call(operations.changeCa, { params: { name }, body });
  if (options.json === true) return printJson(ca);
  const profile = ca.profile === null ? "no profile" : `profile ${ca.profile}`;
  const caa = ca.caaIdentities.length === 0 ? "no CAA identity" : `CAA ${ca.caaIdentities.join(", ")}`;
  await print(
    `CA ${ca.name}${ca.default ? ", the default" : ""}: weight ${ca.weight}, limits ${ca.limits}, ${ca.maxOrdersInFlight} orders in flight at most, ${profile}, ${caa}.`,
  );
}

function changeOf({
  weight,
  limits,
  caa,
  maxOrdersInFlight,
  profile,
  default: isDefault,
}: CaSetOptions): CaChange {
  const change: CaChange = {
    ...(weight === undefined ? {} : { weight }),
    ...(limits === undefined ? {} : { limits }),
    ...(caa === undefined ? {} : { caaIdentities: [...caa] }),
    ...(maxOrdersInFlight === undefined ? {} : { maxOrdersInFlight }),
    ...(profile === undefined ? {} : { profile: profile === false ? null : profile }),
    ...(isDefault === true ? { default: true } : {}),
  };
  if (Object.keys(change).length > 0) return change;
  throw badInput(
    "Nothing is to be changed: name one of --weight, --limits, --caa, --max-orders-in-flight, --profile, --default.",
  );
}
