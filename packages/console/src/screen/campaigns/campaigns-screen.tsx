import { type Campaign, operations } from "@certmill/api";
import { Link } from "@tanstack/react-router";
import { Meter } from "../../chart/meter.tsx";
import type { Column } from "../../kit/data-table.tsx";
import { Icon } from "../../kit/icon.tsx";
import { Instant } from "../../kit/instant.tsx";
import { ListScreen } from "../../kit/list-screen.tsx";
import { Empty } from "../../kit/notice.tsx";
import { useMay } from "../../server/session.ts";
import { count } from "../../text/number.ts";
import { CourseMark } from "../course/course-mark.tsx";

const columns: readonly Column<Campaign>[] = [
  {
    id: "name",
    head: "Name",
    cell: ({ name }) => (
      <Link to="/campaigns/$name" params={{ name }} className="row-name">
        {name}
      </Link>
    ),
  },
  { id: "state", head: "State", cell: (campaign) => <CourseMark state={campaign.state} /> },
  {
    id: "progress",
    head: "Issued",
    cell: ({ name, certificates: { issued, total } }) => (
      <Meter value={issued} most={total} label={`${name}: issued`} />
    ),
  },
  {
    id: "issued",
    head: "",
    align: "end",
    cell: ({ certificates: { issued, total } }) => `${count(issued)} of ${count(total)}`,
  },
  {
    id: "failed",
    head: "Failed",
    align: "end",
    wideOnly: true,
    cell: ({ certificates: { failed } }) => count(failed),
  },
  {
    id: "finish",
    head: "Done by",
    align: "end",
    wideOnly: true,
    cell: ({ forecast, endedAt }) => <Instant at={endedAt ?? forecast?.finishAt ?? null} as="day" />,
  },
];

/** Long lists that are enrolled at the pace that the limits allow. */
export function CampaignsScreen() {
  const may = useMay();
  return (
    <ListScreen
      title="Campaigns"
      lead="A campaign enrols a long list at the pace that the CAs' limits allow, in waves, while new customers and renewals go first."
      actions={
        may(operations.createCampaign) ? (
          <Link to="/new-campaign" className="button button-main">
            <Icon name="plus" />
            New campaign
          </Link>
        ) : undefined
      }
      operation={operations.listCampaigns}
      input={{ query: { limit: 100 } }}
      words={["campaign", "campaigns"]}
      columns={columns}
      keyOf={({ name }) => name}
      empty={
        <Empty title="There is no campaign yet.">
          <p>
            <Link to="/plan">Plan one</Link> to see when a list of yours would be done.
          </p>
        </Empty>
      }
    />
  );
}
