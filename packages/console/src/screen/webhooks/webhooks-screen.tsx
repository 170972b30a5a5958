import { operations, type WebhookSummary } from "@certmill/api";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { Column } from "../../kit/data-table.tsx";
import { AddButton } from "../../kit/dialog-button.tsx";
import { DialogForm } from "../../kit/dialog-form.tsx";
import { TextField } from "../../kit/field.tsx";
import { Instant } from "../../kit/instant.tsx";
import { ListScreen } from "../../kit/list-screen.tsx";
import { Empty } from "../../kit/notice.tsx";
import { SecretOnce } from "../../kit/secret-once.tsx";
import { useAct } from "../../server/act.ts";
import { count } from "../../text/number.ts";
import { wordsOf } from "../../text/words.ts";
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
  return (
    <ListScreen
      title="Webhooks"
      lead="Each is told of what happens, each domain's messages in order, and again until it takes them."
      actions={
        <AddButton needs={operations.addWebhook} label="Add a webhook">
          {(close) => <AddForm onDone={close} />}
        </AddButton>
      }
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
  );
}

function AddForm({ onDone }: { readonly onDone: () => void }) {
  const [url, setUrl] = useState("");
  const [types, setTypes] = useState("");
  const [tenant, setTenant] = useState("");
  const add = useAct(operations.addWebhook, { done: null });
  if (add.data !== undefined) return <SecretOnce secret={add.data.secret} onDone={onDone} />;
  return (
    <DialogForm
      act="Add it"
      busy={add.isPending}
      onCancel={onDone}
      onSubmit={() => {
        const wanted = wordsOf(types);
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
    </DialogForm>
  );
}
