import { operations, type Tenant } from "@certmill/api";
import { Link } from "@tanstack/react-router";
import type { Column } from "../../kit/data-table.tsx";
import { AddButton, DialogButton } from "../../kit/dialog-button.tsx";
import { Instant } from "../../kit/instant.tsx";
import { ListScreen } from "../../kit/list-screen.tsx";
import { Empty } from "../../kit/notice.tsx";
import { counted } from "../../text/number.ts";
import { keyPolicyWords } from "../keys/key-choice.ts";
import { TenantForm } from "./tenant-form.tsx";

const inherited = <span className="soft">as the edge group has it</span>;

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
    cell: ({ keys }) => (keys === null ? inherited : keyPolicyWords(keys)),
  },
  { id: "type", head: "Key type", wideOnly: true, cell: ({ keyType }) => keyType ?? inherited },
  {
    id: "kept",
    head: "Unused keys kept",
    align: "end",
    wideOnly: true,
    cell: ({ keysKeptDays }) => (keysKeptDays === null ? inherited : counted(keysKeptDays, "day")),
  },
  {
    id: "created",
    head: "Since",
    align: "end",
    wideOnly: true,
    cell: ({ createdAt }) => <Instant at={createdAt} as="day" />,
  },
  {
    id: "change",
    head: "",
    align: "end",
    cell: (tenant) => (
      <DialogButton needs={operations.setTenant} label="Change" title={`Change ${tenant.name}`}>
        {(close) => <TenantForm tenant={tenant} onDone={close} />}
      </DialogButton>
    ),
  },
];

/** The customers, and what of the pool they may have. */
export function TenantsScreen() {
  return (
    <ListScreen
      title="Tenants"
      lead="The customers who own domains. A domain that names a new tenant makes it; its rules may be there before."
      actions={
        <AddButton needs={operations.setTenant} label="Add a tenant">
          {(close) => <TenantForm tenant={null} onDone={close} />}
        </AddButton>
      }
      operation={operations.listTenants}
      input={{ query: { limit: 100 } }}
      words={["tenant", "tenants"]}
      columns={columns}
      keyOf={({ name }) => name}
      empty={
        <Empty title="No domain has a tenant yet.">
          <p>Name one when a domain is added: it then sees its own domains and no others.</p>
        </Empty>
      }
    />
  );
}
