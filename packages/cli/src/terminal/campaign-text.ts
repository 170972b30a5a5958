import type { Campaign } from "@certmill/api";
import { type Field, fieldsText } from "./fields.ts";
import { numberText } from "./number-text.ts";
import { type Emphasis, styled } from "./style.ts";
import { dayText, instantFromNow } from "./time-text.ts";
import { lineWidth, wrapFor } from "./wrap.ts";

/** How a campaign's state is shown. */
export function campaignEmphasis(state: Campaign["state"]): Emphasis {
  if (state === "running" || state === "done") return "green";
  return state === "cancelled" ? "dim" : "yellow";
}

/** Certificates that were tried, whatever came of it, and those that are to be. */
export function triedOf({ certificates }: Pick<Campaign, "certificates">): {
  readonly tried: number;
  readonly of: number;
} {
  const { total, issued, failed, removed } = certificates;
  return { tried: issued + failed, of: total - removed };
}

export function campaignText(campaign: Campaign, now: number): string {
  const { name, state, reason } = campaign;
  return [
    `${styled("bold", name)}  ${styled(campaignEmphasis(state), state)}`,
    wrapFor(process.stdout, reason),
    "",
    barText(campaign, [], lineWidth(process.stdout)),
    "",
    fieldsText([...countFields(campaign), ...forecastFields(campaign, now), ...settingFields(campaign)]),
  ].join("\n");
}

function countFields(campaign: Campaign): readonly Field[] {
  const { issued, failed, issuing, waiting, parked, held, removed } = campaign.certificates;
  const count = (n: number): string | null => (n === 0 ? null : numberText(n));
  return [
    ["Names", count(campaign.domains)],
    ["Issued", numberText(issued)],
    [
      "Failed",
      failed === 0 ? "0" : `${numberText(failed)}, by reason: certmill campaign report ${campaign.name}`,
    ],
    ["In flight", count(issuing)],
    [
      "In line",
      waiting === 0 || parked === 0
        ? count(waiting)
        : `${numberText(waiting)}, ${numberText(parked)} of them wait for a limit of their own`,
    ],
    ["Later waves", count(held)],
    ["Taken off", count(removed)],
  ];
}

function forecastFields({ forecast, finishBy }: Campaign, now: number): readonly Field[] {
  const promised: Field = ["Finish by", finishBy === null ? null : instantFromNow(finishBy, now)];
  if (forecast === null) return [promised];
  const { perDay, sentence, finishAt, late } = forecast;
  return [
    ["Pace", `${numberText(Math.round(perDay))} a day. ${sentence}`],
    [
      "Done",
      `${finishAt === null ? "never at this pace" : `about ${instantFromNow(finishAt, now)}`}${late === true ? ": too late" : ""}`,
    ],
    promised,
    [
      "",
      late === true
        ? "A CA more, packs or an override of its limits make it faster: certmill plan shows by how much."
        : null,
    ],
  ];
}

function settingFields(campaign: Campaign): readonly Field[] {
  const { window, perHour, packNames, packing, cas, mostFailed } = campaign;
  return [
    ["Window", window === null ? null : `${window.from} to ${window.to} UTC`],
    ["Ceiling", perHour === null ? null : `${numberText(perHour)} orders an hour`],
    ["Packs", packNames === 1 ? null : packText(campaign)],
    ["", packing === null ? null : priceText(packing)],
    ["CA", cas === null ? null : cas.join(", ")],
    ["Pauses", `when more than ${Math.round(mostFailed * 100)} % of a wave fail`],
  ];
}

const packText = ({ packNames, packAcrossTenants }: Campaign): string =>
  `up to ${packNames} names, ${packAcrossTenants ? "of any tenants" : "each of one tenant"}`;

/** What packs save, and what that costs. */
function priceText({
  orders,
  ordersSaved,
  tenantsSharing,
  namesExposed,
}: NonNullable<Campaign["packing"]>): string {
  const average = numberText(Math.round(namesExposed.average * 10) / 10);
  const fate =
    tenantsSharing.most <= 1
      ? "a dead name or a revoked key touches its tenant's other domains"
      : `a dead name or a revoked key touches up to ${numberText(tenantsSharing.most)} tenants`;
  return [
    `${numberText(orders)} orders, ${numberText(ordersSaved)} fewer. The price: ${fate},`,
    `and a certificate shows ${average} names of others (${numberText(namesExposed.most)} at most).`,
  ].join(" ");
}

const widestBar = 40;
const narrowestBar = 6;

/**
 * How far a campaign has come, in one line: `[===>      ] 31 %  155,000 of 500,000  2,400 a day  done 2027-02-18`.
 *
 * @param width in characters; null: any, and no bar is drawn.
 */
export function progressText(campaign: Campaign, width: number | null): string {
  const { forecast, certificates } = campaign;
  const words = [
    ...(certificates.failed === 0 ? [] : [`${numberText(certificates.failed)} failed`]),
    ...(forecast === null ? [] : [`${numberText(Math.round(forecast.perDay))} a day`]),
    ...(forecast?.finishAt == null ? [] : [`done ${dayText(forecast.finishAt)}`]),
  ];
  return barText(campaign, words, width);
}

function barText(campaign: Campaign, words: readonly string[], width: number | null): string {
  const { tried, of } = triedOf(campaign);
  const share = of === 0 ? 0 : tried / of;
  const text = [`${Math.floor(share * 100)} %`, `${numberText(tried)} of ${numberText(of)}`, ...words].join(
    "  ",
  );
  const room = width === null ? 0 : Math.min(widestBar, width - text.length - 4);
  if (room < narrowestBar) return text;
  const filled = Math.round(share * room);
  const head = filled > 0 && filled < room ? ">" : "";
  return `[${`${"=".repeat(filled - head.length)}${head}`.padEnd(room)}] ${text}`;
}
