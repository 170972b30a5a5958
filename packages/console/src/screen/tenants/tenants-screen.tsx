import { operations, type Tenant } from "@certmill/api";
import { Link } from "@tanstack/react-router";
import type { Column } from "../../kit/data-table.tsx";
import { Instant } from "../../kit/instant.tsx";
import { Empty } from "../../kit/notice.tsx";
import { PagedTable } from "../../kit/paged-table.tsx";
import { Panel } from "../../kit/panel.tsx";
import { Screen } from "../../kit/screen.tsx";

const columns: readonly Column<Tenant>[] = [
  {
    id: "name",
    head: "Tenant",
    cell: ({ name }) => (
      <Link to="/domains" search={{ tenant: name }} className="row-name">
        {name}
      </Link>
    ),
  },
  {
    id: "cas",
    head: "CAs",
    cell: ({ cas }) => cas?.join(", ") ?? <span className="soft">all of the pool</span>,
  },
  {
    id: "keys",
    head: "Keys",
    wideOnly: true,
    cell: ({ keys }) => keys?.policy ?? <span className="soft">as the edge group has it</span>,
  },
  {
    id: "kept",
    head: "Keys kept",
    align: "end",
    wideOnly: true,
    cell: ({ keysKeptDays }) =>
      keysKeptDays === null ? <span className="soft">as the edge group has it</span> : `${keysKeptDays} days`,
  },
  {
    id: "created",
    head: "Since",
    align: "end",
    cell: ({ createdAt }) => <Instant at={createdAt} as="day" />,
  },
];

/** The customers, and what of the pool they may have. */
export function TenantsScreen() {
  return (
    <Screen
      title="Tenants"
      lead="The customers who own domains. Their rules are set with certmill tenant set."
    >
      <Panel title="Tenants" flush className="panel-bare">
        <PagedTable
          operation={operations.listTenants}
          input={{ query: { limit: 100 } }}
          words={["tenant", "tenants"]}
          columns={columns}
          keyOf={({ name }) => name}
          empty={<Empty title="No domain has a tenant yet." />}
        />
      </Panel>
    </Screen>
  );
}
