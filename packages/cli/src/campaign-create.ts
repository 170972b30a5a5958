import { type Campaign, type NewCampaign, operations } from "@certmill/api";
import type { Command } from "commander";
import { type DayWindow, dayWindow, finishBy, percentage } from "./campaign-values.ts";
import { connect, type ServerOptions, withServerOptions } from "./connection.ts";
import { type CoverageOptions, coverageOf, withCoverageOptions } from "./domain-request.ts";
import { withExamples } from "./examples.ts";
import { type ListOptions, withListOptions } from "./import/list-options.ts";
import { openList } from "./import/list-source.ts";
import { RejectsFile } from "./import/rejects-file.ts";
import { sendList } from "./import/send-list.ts";
import { tellImport } from "./import/tell-import.ts";
import { Interruption } from "./interruption.ts";
import { wholeNumber } from "./option-values.ts";
import { campaignText } from "./terminal/campaign-text.ts";
import { print, printJson } from "./terminal/print.ts";

interface CampaignCreateOptions extends ServerOptions, CoverageOptions, ListOptions {
  readonly name: string;
  readonly finishBy?: string;
  readonly window?: DayWindow;
  readonly perHour?: number;
  readonly pack?: number;
  readonly acrossTenants?: boolean;
  readonly mostFailed?: number;
  readonly spreadRenewals?: number;
  readonly withWww?: boolean;
  readonly www: boolean;
}

export function registerCampaignCreate(campaign: Command): void {
  const command = campaign
    .command("create")
    .description("enrol a long list of domains, at the pace that the CAs' limits allow")
    .argument("<file>", "the list, as for domain import; - reads standard input")
    .requiredOption("--name <name>", "what it is called")
    .option("--finish-by <day>", "when all should have been tried; it is told when they will not", finishBy)
    .option("--window <times>", "begin orders in these hours of the day only, in UTC: 22:00-06:00", dayWindow)
    .option("--per-hour <n>", "begin no more orders in an hour", wholeNumber(1))
    .option(
      "--pack <names>",
      "put a tenant's domains together, up to so many names in a certificate",
      wholeNumber(1),
    )
    .option("--across-tenants", "let packs have domains of several tenants")
    .option("--most-failed <percent>", "pause when more of a wave fail (default: 50%)", percentage)
    .option(
      "--spread-renewals <days>",
      "renew so many days early at most, each on a day of its own (default: 15)",
      wholeNumber(0),
    )
    .option("--with-www", "also cover www. of each domain, not of registered ones only")
    .option("--no-www", "cover no www. that is not in the list");
  withCoverageOptions(withListOptions(command)).action(createCampaign);
  withExamples(
    withServerOptions(command),
    "certmill campaign create customers.csv --name spring --finish-by 2027-02-20",
    "certmill campaign create customers.csv --name spring --window 22:00-06:00 --pack 20",
  ).addHelpText("after", notes);
}

const notes = `
It begins with 100 certificates, goes on with 1 % of the list, then with the
rest; each wave is judged before the next. A registered domain is covered with
its www., which is left out where it fails (docs/life.md). A run that was cut
off is simply started again: nothing is added twice.`;

async function createCampaign(path: string, options: CampaignCreateOptions): Promise<void> {
  const { name, withWww = false, www, json = false } = options;
  const companions = withWww ? { withWww } : www ? {} : { withWww: false };
  const params = { name };
  const client = await connect(options);
  using interruption = new Interruption();
  await using source = await openList(path, interruption.signal);
  await using rejects = new RejectsFile(options.rejects ?? `${path === "-" ? name : path}.rejects.csv`);
  await client.call(operations.createCampaign, { body: settingsOf(options) });
  const end = await sendList({
    client,
    source,
    rejects,
    signal: interruption.signal,
    giveUpAfter: options.giveUpAfter * 1_000,
    deliver: (rows, signal) =>
      client.call(operations.addCampaignDomains, {
        params,
        body: { rows: [...rows], ...companions },
        signal,
      }),
  });
  await tellImport(end, { json, dryRun: false, rejectsPath: rejects.path });
  if (end.stoppedBy !== null) return;
  const campaign = await client.call(operations.startCampaign, { params });
  await (json ? printJson(campaign) : tellStart(campaign));
}

const tellStart = (campaign: Campaign): Promise<void> => print(`\n${campaignText(campaign, Date.now())}`);

/** What is absent is left to the server. */
function settingsOf(options: CampaignCreateOptions): NewCampaign {
  const { name, finishBy, window, perHour, pack, acrossTenants, mostFailed, spreadRenewals } = options;
  return {
    name,
    ...(finishBy === undefined ? {} : { finishBy }),
    ...(window === undefined ? {} : { window }),
    ...(perHour === undefined ? {} : { perHour }),
    ...(pack === undefined ? {} : { packNames: pack }),
    ...(acrossTenants === true ? { packAcrossTenants: true } : {}),
    ...(mostFailed === undefined ? {} : { mostFailed }),
    ...(spreadRenewals === undefined ? {} : { renewalSpreadDays: spreadRenewals }),
    ...coverageOf(options),
  };
}
