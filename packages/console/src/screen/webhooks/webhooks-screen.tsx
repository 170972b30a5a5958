import { operations, type WebhookSummary } from "@certmill/api";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { Button } from "../../kit/button.tsx";
import type { Column } from "../../kit/data-table.tsx";
import { Dialog } from "../../kit/dialog.tsx";
import { TextField } from "../../kit/field.tsx";
import { Instant } from "../../kit/instant.tsx";
import { Empty } from "../../kit/notice.tsx";
import { PagedTable } from "../../kit/paged-table.tsx";
import { Panel } from "../../kit/panel.tsx";
import { Screen } from "../../kit/screen.tsx";
import { SecretOnce } from "../../kit/secret-once.tsx";
import { useAct } from "../../server/act.ts";
import { useMay } from "../../server/session.ts";
import { count } from "../../text/number.ts";
import { WebhookMark } from "./webhook-mark.tsx";

const columns: readonly Column<WebhookSummary>[] = [
  {
    id: "url",
    head: "URL",
    cell: ({ id, url }) => (
      <Link to="/webhooks/$id" params={{ id }} className="row-name">
        {url}
      </Link>
    ),
  },
  { id: "state", head: "State", cell: ({ state }) => <WebhookMark state={state} /> },
  { id: "types", head: "Messages", wideOnly: true, cell: ({ types }) => types?.join(", ") ?? "all" },
  {
    id: "tenant",
    head: "Tenant",
    wideOnly: true,
    cell: ({ tenant }) => tenant ?? <span className="soft">all</span>,
  },
  { id: "delivered", head: "Delivered", align: "end", cell: ({ delivered }) => count(delivered) },
  {
    id: "last",
    head: "Last",
    align: "end",
    wideOnly: true,
    cell: ({ deliveredAt }) => <Instant at={deliveredAt} />,
  },
];

/** Who is told of what happens. */
export function WebhooksScreen() {
  const may = useMay();
  const [isAdding, setAdding] = useState(false);
  return (
    <Screen
      title="Webhooks"
      lead="Each is told of what happens, each domain's messages in order, and again until it takes them."
      actions={
        may(operations.addWebhook) ? (
          <Button look="main" icon="plus" onClick={() => setAdding(true)}>
            Add a webhook
          </Button>
        ) : undefined
      }
    >
      <Panel title="Webhooks" flush className="panel-bare">
        <PagedTable
          operation={operations.listWebhooks}
          input={{ query: { limit: 100 } }}
          words={["webhook", "webhooks"]}
          columns={columns}
          keyOf={({ id }) => id}
          empty={
            <Empty title="There is no webhook yet.">
              <p>Add one, and your own program is told when a certificate is issued, served or fails.</p>
            </Empty>
          }
        />
      </Panel>
      <Dialog open={isAdding} onClose={() => setAdding(false)} title="Add a webhook">
        <AddForm onDone={() => setAdding(false)} />
      </Dialog>
    </Screen>
  );
}

function AddForm({ onDone }: { readonly onDone: () => void }) {
  const [url, setUrl] = useState("");
  const [types, setTypes] = useState("");
  const [tenant, setTenant] = useState("");
  const add = useAct(operations.addWebhook, { done: null });
  if (add.data !== undefined) return <SecretOnce secret={add.data.secret} onDone={onDone} />;
  return (
    <form
      className="dialog-form"
      onSubmit={(event) => {
        event.preventDefault();
        const wanted = types.split(/[\s,]+/).filter((each) => each !== "");
        add.mutate({
          body: {
            url,
            types: wanted.length === 0 ? undefined : wanted,
            tenant: tenant === "" ? undefined : tenant,
          },
        });
      }}
    >
      <TextField label="URL" type="url" value={url} onValue={setUrl} required />
      <TextField
        label="Types of messages"
        value={types}
        onValue={setTypes}
        hint="Such as certificate.issued; empty: all."
      />
      <TextField label="Tenant" value={tenant} onValue={setTenant} hint="Empty: of all domains." />
      <footer className="dialog-foot">
        <Button onClick={onDone}>Cancel</Button>
        <Button type="submit" look="main" busy={add.isPending}>
          Add it
        </Button>
      </footer>
    </form>
  );
}
