/** The words of `certmill plan` as the API takes them. */
import { limitSetNames, type NewPlan } from "@certmill/api";
import { InvalidArgumentError } from "commander";

type WishedCa = NonNullable<NewPlan["cas"]>[number];
type WishedLimit = NonNullable<NewPlan["limits"]>[number];
type LimitSetName = WishedCa["limits"];

/** A CA's limit as it is written: `25000/week@2026-12-10`, with `CA:` before it or not. */
export interface WrittenLimit extends Omit<WishedLimit, "ca"> {
  /** null: of the CA that is issued from by default. */
  readonly ca: string | null;
}

/** `letsencrypt`, or `letsencrypt=80` for its share beside others. */
export function writtenCa(text: string, previous: readonly WishedCa[] = []): readonly WishedCa[] {
  const [name = "", weight = "100", ...rest] = text.split("=");
  const value = Number(weight);
  if (!isLimitSetName(name) || rest.length > 0 || !(value > 0)) {
    throw new InvalidArgumentError(
      `Write a set of limits (${limitSetNames.join(", ")}), such as letsencrypt or zerossl=20.`,
    );
  }
  return [...previous, { name, limits: name, weight: value }];
}

/** `zerossl=20%`: the share of the first choices that it gets beside a pool whose weights are 100 together. */
export function writtenSecondCa(text: string): WishedCa {
  const [, name = "", share = "20"] = /^([a-z-]+)(?:=(\d+(?:\.\d+)?)%?)?$/.exec(text) ?? [];
  const value = Number(share);
  if (!isLimitSetName(name) || value <= 0 || value >= 100) {
    throw new InvalidArgumentError(
      `Write a set of limits (${limitSetNames.join(", ")}) and a share, such as zerossl=20%.`,
    );
  }
  return { name, limits: name, weight: Math.round((10_000 * value) / (100 - value)) / 100 };
}

export const isLimitSetName = (text: string): text is LimitSetName =>
  limitSetNames.some((name) => name === text);

const periods: Readonly<Record<string, number>> = {
  h: 3_600,
  hour: 3_600,
  d: 86_400,
  day: 86_400,
  w: 604_800,
  week: 604_800,
};

/** New orders of an account. */
export const writtenOverride = (
  text: string,
  previous: readonly WrittenLimit[] = [],
): readonly WrittenLimit[] => [
  ...previous,
  {
    ...writtenRule(text, "25000/week, 25000/week@2026-12-10 or le:2400/day"),
    limit: "new-orders-per-account",
  },
];

/** Certificates of a registered domain. */
export function writtenDomainOverride(
  text: string,
  previous: readonly WrittenLimit[] = [],
): readonly WrittenLimit[] {
  const [key = "", rule = "", ...rest] = text.split("=");
  if (key === "" || rest.length > 0)
    throw new InvalidArgumentError("Write it like hoster.example=5000/week.");
  const written = writtenRule(rule, "hoster.example=5000/week");
  return [
    ...previous,
    { ...written, key: key.toLowerCase(), limit: "new-certificates-per-registered-domain" },
  ];
}

function writtenRule(text: string, example: string): Omit<WrittenLimit, "limit"> {
  const parts = /^(?:([A-Za-z0-9][\w.-]*):)?(\d{1,9})\/(\d{0,4})([a-z]+)(?:@(\S+))?$/.exec(text);
  const [, ca = null, count = "", many = "", unit = "", day] = parts ?? [];
  const period = periods[unit];
  if (period === undefined || Number(count) < 1) throw new InvalidArgumentError(`Write it like ${example}.`);
  const rule = {
    burst: Number(count),
    count: Number(count),
    periodSeconds: Number(many === "" ? 1 : many) * period,
  };
  return { ca, ...rule, ...(day === undefined ? {} : { startsAt: startOfDay(day) }) };
}

/** A UTC day, from its first instant on. */
export function startOfDay(text: string): string {
  if (
    !/^\d{4}-\d{2}-\d{2}$/.test(text) ||
    Number.isNaN(Date.parse(text)) ||
    !new Date(text).toISOString().startsWith(text)
  )
    throw new InvalidArgumentError("Write a day like 2027-02-20.");
  return `${text}T00:00:00Z`;
}

/** A UTC day, to its last second. */
export const endOfDay = (text: string): string => startOfDay(text).replace("00:00:00", "23:59:59");

/** `8` or `8%`, as a share. */
export function percentage(text: string): number {
  const value = Number(/^(\d+(?:\.\d+)?)%?$/.exec(text)?.[1] ?? Number.NaN);
  if (value >= 0 && value <= 99) return value / 100;
  throw new InvalidArgumentError("It must be a percentage from 0 to 99, such as 8%.");
}

/** Put together on the command line: all that is not said is left to the plan. */
export interface PlanOptions {
  readonly limits?: readonly WishedCa[];
  readonly secondCa?: WishedCa;
  readonly override?: readonly WrittenLimit[];
  readonly domainOverride?: readonly WrittenLimit[];
  readonly keyType?: NewPlan["keyType"];
  readonly tenant?: string;
  readonly edgeGroup?: string;
  readonly pack?: number;
  readonly acrossTenants?: boolean;
  readonly start?: string;
  readonly finishBy?: string;
  readonly failing?: number;
  readonly checksFirst?: boolean;
  readonly newPerDay?: number;
  readonly renewalsPerDay?: number;
}

/** @param defaultCa of limits that name no CA; asked for only when there are any. */
export async function newPlan(
  list: NewPlan["list"],
  options: PlanOptions,
  defaultCa: () => Promise<string>,
): Promise<NewPlan> {
  const { keyType, tenant, edgeGroup } = options;
  const { limits = [], secondCa, pack, acrossTenants, start, finishBy, failing } = options;
  const cas = [...limits, ...(secondCa === undefined ? [] : [secondCa])];
  const written = [...(options.override ?? []), ...(options.domainOverride ?? [])];
  const common = written.some(({ ca }) => ca === null) ? await defaultCa() : "";
  const background = {
    ...(options.newPerDay === undefined ? {} : { newPerDay: options.newPerDay }),
    ...(options.renewalsPerDay === undefined ? {} : { renewalsPerDay: options.renewalsPerDay }),
  };
  return {
    list,
    ...(keyType === undefined ? {} : { keyType }),
    ...(tenant === undefined ? {} : { tenant }),
    ...(edgeGroup === undefined ? {} : { edgeGroup }),
    ...(start === undefined ? {} : { startsAt: start }),
    ...(finishBy === undefined ? {} : { finishBy }),
    ...(pack === undefined ? {} : { packNames: pack }),
    ...(acrossTenants === true ? { packAcrossTenants: true } : {}),
    ...(failing === undefined ? {} : { failing: { never: failing, later: 0, laterAfterDays: 0 } }),
    ...(options.checksFirst === undefined ? {} : { checksFirst: options.checksFirst }),
    ...(Object.keys(background).length === 0 ? {} : { background }),
    ...(written.length === 0
      ? {}
      : { limits: written.map((limit) => ({ ...limit, ca: limit.ca ?? common })) }),
    ...(cas.length === 0 ? {} : { cas }),
  };
}
