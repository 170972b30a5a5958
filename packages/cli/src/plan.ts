import { writeFile } from "node:fs/promises";
import { type NewPlan, operations, type Plan, pages } from "@certmill/api";
import { planAlone, summaryOfCount } from "@certmill/domain";
import type { Command } from "commander";
import { boundHeap } from "./bound-heap.ts";
import { badInput, CommandError } from "./command-error.ts";
import { connect, type ServerOptions, withServerOptions } from "./connection.ts";
import { withExamples } from "./examples.ts";
import { fileFault } from "./file-fault.ts";
import { openList } from "./import/list-source.ts";
import { Interruption } from "./interruption.ts";
import { wholeNumber } from "./option-values.ts";
import { daySeries } from "./plan/day-series.ts";
import {
  endOfDay,
  newPlan,
  type PlanOptions,
  percentage,
  startOfDay,
  writtenCa,
  writtenDomainOverride,
  writtenOverride,
  writtenSecondCa,
} from "./plan/plan-options.ts";
import { planText } from "./plan/plan-text.ts";
import { pngChart } from "./plan/png-chart.ts";
import { summariseList } from "./plan/summarise-list.ts";
import { svgChart } from "./plan/svg-chart.ts";
import { print, printJson } from "./terminal/print.ts";

interface Options extends ServerOptions, PlanOptions {
  readonly count?: number;
  readonly svg?: string;
  readonly png?: string;
}

export function registerPlan(program: Command): void {
  const command = program
    .command("plan")
    .description(
      "say when a list of domains would be done, and what would make it faster; nothing is ordered",
    )
    .argument("[file]", "the list, as domain import takes it; - reads standard input")
    .option("--count <n>", "in place of a list: so many domains, each registered by itself", wholeNumber(1))
    .option(
      "--limits <set[=weight]>",
      "plan without a server, for a CA with the built-in limits of letsencrypt, letsencrypt-staging, zerossl, google or none (repeatable)",
      writtenCa,
    )
    .option("--finish-by <day>", "the UTC day on which it should be done", endOfDay)
    .option("--start <day>", "the UTC day on which it begins (default: now)", startOfDay)
    .option(
      "--override <[ca:]n/period[@day]>",
      "new orders that the CA allows, from a day on: 25000/week@2026-12-10 (repeatable)",
      writtenOverride,
    )
    .option(
      "--domain-override <name=n/period[@day]>",
      "certificates that the CA allows for a registered domain: hoster.example=5000/week (repeatable)",
      writtenDomainOverride,
    )
    .option(
      "--second-ca <set[=share]>",
      "a further CA with built-in limits, first choice for a share: zerossl=20%",
      writtenSecondCa,
    )
    .option("--pack <names>", "names in one certificate at most (default: 1, a domain's own)", wholeNumber(1))
    .option("--across-tenants", "let domains of several tenants share a certificate")
    .option("--failing <share>", "domains that never succeed (default: 8%)", percentage)
    .option(
      "--new-per-day <n>",
      "new domains a day beside the list (default: as in the last week)",
      wholeNumber(0),
    )
    .option(
      "--renewals-per-day <n>",
      "renewals a day beside the list (default: as the fleet is)",
      wholeNumber(0),
    )
    .option("--svg <file>", "write the chart of certificates a day as SVG")
    .option("--png <file>", "write it as PNG")
    .action(plan);
  withExamples(
    withServerOptions(command),
    "certmill plan customers.csv --finish-by 2027-02-20",
    "certmill plan --count 500000 --limits letsencrypt --override 50000/week@2026-12-17",
    "certmill plan customers.csv --second-ca zerossl=20% --pack 50 --png plan.png",
  ).addHelpText("after", notes);
}

const notes = `
How a plan is made, and what it does not know: docs/plan.md.`;

async function plan(path: string | undefined, options: Options): Promise<void> {
  boundHeap();
  if ((path === undefined) === (options.count === undefined))
    throw badInput("Name a list, or say how long one would be: --count N.");
  const list = path === undefined ? summaryOfCount(options.count ?? 0) : await summaryOf(path);
  if (list.domains === 0)
    throw new CommandError("nothing-to-plan", "There is no domain in the list that a public CA issues for.", {
      ending: "usage",
    });
  const made = options.limits === undefined ? await planOnline(list, options) : await offline(list, options);
  await writeCharts(made, options);
  await (options.json === true ? printJson(made) : print(planText(made)));
}

async function summaryOf(path: string): Promise<NewPlan["list"]> {
  using interruption = new Interruption();
  await using source = await openList(path, interruption.signal);
  return await summariseList(source);
}

async function offline(list: NewPlan["list"], options: Options): Promise<Plan> {
  const [first] = options.limits ?? [];
  const body = await newPlan(list, options, async () => first?.name ?? "");
  const named = new Set((body.cas ?? []).map(({ name }) => name));
  const stray = (body.limits ?? []).find(({ ca }) => !named.has(ca));
  if (stray !== undefined) throw badInput(`An override is for "${stray.ca}", and the plan has no such CA.`);
  return planAlone(body, new Date().toISOString());
}

async function planOnline(list: NewPlan["list"], options: Options): Promise<Plan> {
  const client = await connect(options);
  const body = await newPlan(list, options, async () => {
    for await (const { items } of pages(client, operations.listCas, {})) {
      const found = items.find((ca) => ca.default);
      if (found !== undefined) return found.name;
    }
    return "";
  });
  return client.call(operations.makePlan, { body });
}

async function writeCharts(made: Plan, { svg, png }: Options): Promise<void> {
  if (svg === undefined && png === undefined) return;
  const series = daySeries(made);
  if (series === null) return;
  const chart = svgChart(series, chartTexts(made));
  if (svg !== undefined) await write(svg, chart);
  if (png !== undefined) await write(png, await pngChart(chart));
}

function chartTexts({ enrolment: { domains, finishesAt, certificates, orders }, assumed }: Plan) {
  const done = finishesAt === null ? "not done in ten years" : `done on ${finishesAt.slice(0, 10)}`;
  const cas = assumed.cas.filter(({ weight }) => weight > 0).map(({ name }) => name);
  return {
    title: `${domains.toLocaleString("en")} domains: ${done}`,
    subtitle: `${certificates.toLocaleString("en")} certificates by ${orders.total.toLocaleString("en")} orders from ${cas.join(", ")}`,
  };
}

async function write(path: string, content: string | Uint8Array): Promise<void> {
  try {
    await writeFile(path, content);
  } catch (error) {
    throw fileFault(`The chart ${path}`, "written", error);
  }
}
