import { type DomainSummary, domainSorts } from "@certmill/api";
import { Link } from "@tanstack/react-router";
import type { Column } from "../../kit/data-table.tsx";
import { HostName } from "../../kit/host-name.tsx";
import { Instant } from "../../kit/instant.tsx";
import { StateMark } from "../../kit/state-mark.tsx";

/** The server sorts; what a column with a sort gives here only says that it can be. */
const byServer = () => 0;

export const domainColumns: readonly Column<DomainSummary>[] = [
  {
    id: "name",
    head: "Name",
    sort: byServer,
    cell: ({ name }) => (
      <Link to="/domains/$name" params={{ name }} className="row-name wide-name">
        <HostName name={name} />
      </Link>
    ),
  },
  { id: "state-changed", head: "State", sort: byServer, cell: ({ state }) => <StateMark state={state} /> },
  {
    id: "reason",
    head: "Why",
    wideOnly: true,
    cell: ({ reason }) => <span className="soft clamped">{reason}</span>,
  },
  {
    id: "tenant",
    head: "Tenant",
    wideOnly: true,
    cell: ({ tenant }) => <span className="nowrap">{tenant ?? "–"}</span>,
  },
  { id: "ca", head: "CA", wideOnly: true, cell: ({ ca }) => <span className="nowrap">{ca}</span> },
  {
    id: "expires",
    head: "Expires",
    sort: byServer,
    align: "end",
    cell: ({ certificate }) => <Instant at={certificate?.notAfter ?? null} as="day" />,
  },
  {
    id: "next",
    head: "Next try",
    align: "end",
    wideOnly: true,
    cell: ({ nextTryAt }) => <Instant at={nextTryAt} />,
  },
];

export const sortOfColumn = (column: string) => domainSorts.find((sort) => sort === column);
