import { writeFile } from "node:fs/promises";
import { type NewPlan, operations, type Plan, pages } from "@certmill/api";
import { planAlone, summaryOfCount } from "@certmill/domain";
import { badInput, CommandError } from "../command-error.ts";
import { connect, type ServerOptions } from "../connection.ts";
import { endWith } from "../exit-code.ts";
import { fileFault } from "../file-fault.ts";
import { openList } from "../import/list-source.ts";
import { Interrupted, Interruption } from "../interruption.ts";
import { numberText } from "../terminal/number-text.ts";
import { print, printJson, remark } from "../terminal/print.ts";
import { daySeries } from "./day-series.ts";
import { newPlan, type PlanOptions } from "./plan-options.ts";
import { planText } from "./plan-text.ts";
import { pngChart } from "./png-chart.ts";
import type { Simulated } from "./simulate-plan.ts";
import { simulationText } from "./simulation-text.ts";
import { summariseList } from "./summarise-list.ts";
import { svgChart } from "./svg-chart.ts";
import { wholeWish } from "./whole-wish.ts";

export interface PlanCommandOptions extends ServerOptions, PlanOptions {
  readonly count?: number;
  readonly svg?: string;
  readonly png?: string;
  readonly simulate?: boolean;
  readonly seed?: number;
}

/** `certmill plan`. A module of its own, as the public suffix list comes with it: other commands start without. */
export async function runPlan(path: string | undefined, options: PlanCommandOptions): Promise<void> {
  if ((path === undefined) === (options.count === undefined))
    throw badInput("Name a list, or say how long one would be: --count N.");
  const list = path === undefined ? summaryOfCount(options.count ?? 0) : await summaryOf(path);
  if (list.domains === 0)
    throw new CommandError("nothing-to-plan", "There is no domain in the list that a public CA issues for.", {
      ending: "usage",
    });
  const now = new Date().toISOString();
  const made =
    options.limits === undefined ? await planOnline(list, options) : await offline(list, options, now);
  await writeCharts(made.plan, options);
  if (options.json !== true) await print(planText(made.plan));
  const simulation = options.simulate === true ? await simulated(made, { now, options }) : null;
  if (options.json === true) await printJson(simulation === null ? made.plan : { ...made.plan, simulation });
}

/** A plan with all that it was made from, as far as it is known here. */
interface Made {
  readonly plan: Plan;
  /** Whole: planned alone, it gives the same but for what a server knows of domains' own limits. */
  readonly wish: () => Promise<NewPlan>;
}

/** Prints what it comes to, unless it is wanted as JSON. @returns null when it was interrupted. */
async function simulated(
  { plan, wish }: Made,
  { now, options }: { readonly now: string; readonly options: PlanCommandOptions },
): Promise<Simulated | null> {
  using interruption = new Interruption();
  const { simulatePlan } = await import("./simulate-plan.ts");
  try {
    const simulation = await simulatePlan({
      wish: await wish(),
      plan,
      now,
      seed: options.seed ?? 1,
      signal: interruption.signal,
    });
    if (options.json !== true) await print(`\n${simulationText(plan, simulation)}`);
    return simulation;
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    remark("Stopped: the simulation was not finished.");
    endWith("interrupted");
    return null;
  }
}

async function summaryOf(path: string): Promise<NewPlan["list"]> {
  using interruption = new Interruption();
  await using source = await openList(path, interruption.signal);
  return await summariseList(source);
}

async function offline(list: NewPlan["list"], options: PlanCommandOptions, now: string): Promise<Made> {
  if (options.tenant !== undefined || options.edgeGroup !== undefined)
    throw badInput(
      "Which keys a tenant or an edge group has, only a server knows: with --limits say --key-type.",
    );
  const [first] = options.limits ?? [];
  const wish = await newPlan(list, options, async () => first?.name ?? "");
  const named = new Set((wish.cas ?? []).map(({ name }) => name));
  const stray = (wish.limits ?? []).find(({ ca }) => !named.has(ca));
  if (stray !== undefined) throw badInput(`An override is for "${stray.ca}", and the plan has no such CA.`);
  return { plan: planAlone(wish, now), wish: async () => wish };
}

async function planOnline(list: NewPlan["list"], options: PlanCommandOptions): Promise<Made> {
  const client = await connect(options);
  const wish = await newPlan(list, options, async () => {
    for await (const { items } of pages(client, operations.listCas, {})) {
      const found = items.find((ca) => ca.default);
      if (found !== undefined) return found.name;
    }
    return "";
  });
  const plan = await client.call(operations.makePlan, { body: wish });
  return { plan, wish: () => wholeWish(client, wish, plan) };
}

async function writeCharts(made: Plan, { svg, png }: PlanCommandOptions): Promise<void> {
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
    title: `${numberText(domains)} domains: ${done}`,
    subtitle: `${numberText(certificates)} certificates by ${numberText(orders.total)} orders from ${cas.join(", ")}`,
  };
}

async function write(path: string, content: string | Uint8Array): Promise<void> {
  try {
    await writeFile(path, content);
  } catch (error) {
    throw fileFault(`The chart ${path}`, "written", error);
  }
}
