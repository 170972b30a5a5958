import type { Replacement } from "@certmill/api";
import { type Field, fieldsText } from "./fields.ts";
import { numberText } from "./number-text.ts";
import { type Emphasis, styled } from "./style.ts";
import { type Column, tableText } from "./table.ts";
import { instantFromNow } from "./time-text.ts";
import { wrapFor } from "./wrap.ts";

/** How a replacement's state is shown. */
export function replacementEmphasis(state: Replacement["state"]): Emphasis {
  if (state === "running" || state === "done") return "green";
  return state === "cancelled" ? "dim" : "yellow";
}

/** Which certificates it is about. */
export function selectionText({ select }: Pick<Replacement, "select">): string {
  if (select === null) return "a list";
  const { ca, issuer, key, profile } = select;
  return [
    ca === null ? null : `CA ${ca}`,
    issuer === null ? null : `issuer ${issuer}`,
    key === null ? null : `key ${key.slice(0, 16)}…`,
    profile === null ? null : `profile ${profile}`,
  ]
    .filter((part) => part !== null)
    .join(", ");
}

type Share = NonNullable<Replacement["plan"]>["shares"][number];

/** What a draft comes to. */
export function planText(replacement: Replacement, now: number): string {
  const { plan, refusesKeys, certificates } = replacement;
  const head = `${styled("bold", numberText(certificates.total))} certificates: ${selectionText(replacement)}`;
  if (plan === null || plan.shares.length === 0) return head;
  const columns: readonly Column<Share>[] = [
    { head: "ORDERS TO", cell: ({ ca }) => ca },
    { head: "CERTIFICATES", cell: (share) => numberText(share.certificates), align: "right" },
    { head: "EXEMPT", cell: ({ exempt }) => numberText(exempt), align: "right" },
    { head: "A DAY", cell: ({ perDay }) => numberText(perDay), align: "right" },
    { head: "HELD UP BY", cell: ({ basis }) => basisText[basis] },
    { head: "DONE", cell: ({ finishesAt }) => endText(finishesAt, now) },
  ];
  return [
    head,
    "",
    tableText(columns, plan.shares),
    ...(refusesKeys ? ["", "No certificate is made for their keys any more."] : []),
  ].join("\n");
}

const basisText: Readonly<Record<Share["basis"], string>> = {
  requests: "requests to the CA",
  account: "new orders of the account",
};

const endText = (at: string | null, now: number): string =>
  at === null ? "not in ten years" : instantFromNow(at, now);

export function replacementText(replacement: Replacement, now: number): string {
  const { id, state, sentence } = replacement;
  return [
    `${styled("bold", `Replacement ${id}`)}  ${styled(replacementEmphasis(state), state)}`,
    wrapFor(process.stdout, sentence),
    "",
    fieldsText([...countFields(replacement), ...paceFields(replacement, now), ...whatFields(replacement)]),
  ].join("\n");
}

function countFields({ id, certificates, revocations }: Replacement): readonly Field[] {
  const { total, replaced, underway, failing, waiting, dropped } = certificates;
  const count = (n: number): string | null => (n === 0 ? null : numberText(n));
  return [
    ["Replaced", `${numberText(replaced)} of ${numberText(total)}${shareText(replaced, total)}`],
    ["Under way", count(underway)],
    ["Waiting", count(waiting)],
    ["Failing", failing === 0 ? null : `${numberText(failing)}, why: certmill report failures`],
    ["Gone", count(dropped)],
    ["Revoked", revocations === null ? null : revokedText(id, revocations)],
  ];
}

function revokedText(
  id: string,
  { revoked, waiting, failed }: NonNullable<Replacement["revocations"]>,
): string {
  const parts = [
    numberText(revoked),
    ...(waiting === 0 ? [] : [`${numberText(waiting)} wait for their successors to be served`]),
    ...(failed === 0 ? [] : [`${numberText(failed)} failed: certmill revoke list --replacement ${id}`]),
  ];
  return parts.join(", ");
}

const shareText = (part: number, whole: number): string =>
  whole === 0 ? "" : ` (${Math.floor((part / whole) * 100)} %)`;

function paceFields({ state, perDay, finishesAt, plan }: Replacement, now: number): readonly Field[] {
  if (state !== "running") return [];
  const pace =
    perDay !== null
      ? `${numberText(perDay)} a day`
      : plan === null
        ? null
        : `${numberText(plan.perDay)} a day, as it was planned`;
  return [
    ["Pace", pace],
    ["Done", finishesAt === null ? null : `about ${instantFromNow(finishesAt, now)}`],
  ];
}

function whatFields(replacement: Replacement): readonly Field[] {
  const { reason, thenRevoke, refusesKeys, createdBy } = replacement;
  return [
    ["What", selectionText(replacement)],
    ["Reason", reason],
    ["Then", thenRevoke ? "each is revoked once its successor is served" : null],
    ["Keys", refusesKeys ? "refused: no certificate is made for them any more" : null],
    ["By", createdBy],
  ];
}

/** How far it has come, in one line. */
export function progressText(
  { certificates, perDay, finishesAt }: Replacement,
  { width, now }: { readonly width: number | null; readonly now: number },
): string {
  const { total, replaced, failing } = certificates;
  const text = [
    `${numberText(replaced)} of ${numberText(total)}${shareText(replaced, total)}`,
    ...(failing === 0 ? [] : [`${numberText(failing)} failing`]),
    ...(perDay === null ? [] : [`${numberText(perDay)} a day`]),
    ...(finishesAt === null ? [] : [`done ${instantFromNow(finishesAt, now)}`]),
  ].join("  ");
  return width === null ? text : text.slice(0, width);
}
