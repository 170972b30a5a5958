import type { Failure, FailureGroup } from "@certmill/api";
import { Link } from "@tanstack/react-router";
import type { Column } from "../../kit/data-table.tsx";
import { HostName } from "../../kit/host-name.tsx";
import { Instant } from "../../kit/instant.tsx";
import { Mark } from "../../kit/mark.tsx";
import type { failureGroupings } from "../../shell/search-params.ts";
import { count } from "../../text/number.ts";

/** What failures are counted by, as a reader calls it. */
export const groupingWords: Readonly<Record<(typeof failureGroupings)[number], string>> = {
  reason: "reason",
  tenant: "tenant",
  campaign: "campaign",
  ca: "CA",
};

const actors = { customer: "the customer", operator: "we", ca: "the CA", nobody: "nobody" } as const;

export const groupColumns = (
  by: (typeof failureGroupings)[number],
  onChoose: (key: string) => void,
): readonly Column<FailureGroup>[] => [
  {
    id: "key",
    head: groupingWords[by].replace(/^./, (first) => first.toUpperCase()),
    cell: ({ key, sentence }) => (
      <>
        {key === null ? (
          <span className="soft">none</span>
        ) : (
          <button type="button" className="link row-name" onClick={() => onChoose(key)}>
            {key}
          </button>
        )}
        {sentence === null ? null : <div className="soft small">{sentence}</div>}
      </>
    ),
  },
  {
    id: "acts",
    head: "Who has to act",
    wideOnly: true,
    cell: ({ acts }) => (acts === null ? <span className="soft">–</span> : actors[acts]),
  },
  {
    id: "certificates",
    head: "Certificates",
    align: "end",
    sort: ({ certificates }) => certificates,
    cell: ({ certificates }) => count(certificates),
  },
  {
    id: "new",
    head: "New",
    align: "end",
    sort: (group) => group.new,
    cell: (group) => count(group.new),
  },
  {
    id: "oldest",
    head: "Oldest",
    align: "end",
    wideOnly: true,
    sort: ({ oldest }) => oldest,
    cell: ({ oldest }) => <Instant at={oldest} />,
  },
];

export const failureColumns: readonly Column<Failure>[] = [
  {
    id: "name",
    head: "Name",
    cell: ({ names }) => (
      <>
        <Link to="/domains/$name" params={{ name: names[0] ?? "" }} className="row-name wide-name">
          <HostName name={names[0] ?? ""} />
        </Link>
        {names.length > 1 ? <span className="soft small">and {names.length - 1} more</span> : null}
      </>
    ),
  },
  {
    id: "sentence",
    head: "What is wrong",
    cell: ({ sentence, reason }) => (
      <>
        {sentence} <span className="soft small">{reason}</span>
      </>
    ),
  },
  {
    id: "served",
    head: "Served",
    wideOnly: true,
    cell: ({ renewal }) => (renewal ? <Mark tone="good" word="still" /> : <Mark tone="bad" word="not" />),
  },
  { id: "failures", head: "Attempts", align: "end", wideOnly: true, cell: ({ failures }) => count(failures) },
  {
    id: "next",
    head: "Next try",
    align: "end",
    wideOnly: true,
    cell: ({ nextTryAt }) => <Instant at={nextTryAt} />,
  },
];
