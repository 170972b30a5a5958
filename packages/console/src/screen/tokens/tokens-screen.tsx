import { type NewToken, operations, type Token } from "@certmill/api";
import { useState } from "react";
import { Button } from "../../kit/button.tsx";
import { ConfirmDialog } from "../../kit/confirm-dialog.tsx";
import type { Column } from "../../kit/data-table.tsx";
import { Dialog } from "../../kit/dialog.tsx";
import { SelectField, TextField } from "../../kit/field.tsx";
import { Instant } from "../../kit/instant.tsx";
import { Empty } from "../../kit/notice.tsx";
import { PagedTable } from "../../kit/paged-table.tsx";
import { Panel } from "../../kit/panel.tsx";
import { Screen } from "../../kit/screen.tsx";
import { SecretOnce } from "../../kit/secret-once.tsx";
import { useAct } from "../../server/act.ts";
import { useMay } from "../../server/session.ts";

const columns: readonly Column<Token>[] = [
  { id: "name", head: "Name", cell: ({ name }) => <span className="row-name">{name}</span> },
  {
    id: "scope",
    head: "May",
    cell: ({ scope, tenant, edgeGroup }) => [scope, tenant ?? edgeGroup].filter(Boolean).join(": "),
  },
  {
    id: "created",
    head: "Since",
    align: "end",
    wideOnly: true,
    cell: ({ createdAt }) => <Instant at={createdAt} as="day" />,
  },
  {
    id: "expires",
    head: "Until",
    align: "end",
    cell: ({ expiresAt }) => <Instant at={expiresAt} as="day" none="for ever" />,
  },
  { id: "revoke", head: "", align: "end", cell: (token) => <RevokeToken token={token} /> },
];

/** Programs that call the API: what each may do. */
export function TokensScreen() {
  const may = useMay();
  const [isAdding, setAdding] = useState(false);
  return (
    <Screen
      title="Tokens"
      lead="For programs that call the API. People sign in."
      actions={
        may(operations.createToken) ? (
          <Button look="main" icon="plus" onClick={() => setAdding(true)}>
            Create a token
          </Button>
        ) : undefined
      }
    >
      <Panel title="Tokens" flush className="panel-bare">
        <PagedTable
          operation={operations.listTokens}
          input={{ query: { limit: 100 } }}
          words={["token", "tokens"]}
          columns={columns}
          keyOf={({ id }) => id}
          empty={
            <Empty title="No token works now.">
              <p>A program that adds domains, or an edge, needs one.</p>
            </Empty>
          }
        />
      </Panel>
      <Dialog open={isAdding} onClose={() => setAdding(false)} title="Create a token">
        <TokenForm onDone={() => setAdding(false)} />
      </Dialog>
    </Screen>
  );
}

function RevokeToken({ token: { id, name } }: { readonly token: Token }) {
  const may = useMay();
  const [isAsked, setAsked] = useState(false);
  const revoke = useAct(operations.revokeToken, { done: `${name} works no more.` });
  if (!may(operations.revokeToken)) return null;
  return (
    <>
      <Button onClick={() => setAsked(true)}>Revoke</Button>
      <ConfirmDialog
        open={isAsked}
        onClose={() => setAsked(false)}
        title={`Revoke the token ${name}`}
        act="Revoke it"
        typed={name}
        busy={revoke.isPending}
        onConfirm={() => revoke.mutate({ params: { id } }, { onSuccess: () => setAsked(false) })}
      >
        <p>Whatever uses it is refused from its next call on. It cannot be undone.</p>
      </ConfirmDialog>
    </>
  );
}

type Scope = NewToken["scope"];
const scopes: readonly { readonly value: Scope; readonly label: string }[] = [
  { value: "tenant", label: "tenant: its domains" },
  { value: "edge", label: "edge: a group's certificates and keys" },
  { value: "admin", label: "admin: everything" },
];

function TokenForm({ onDone }: { readonly onDone: () => void }) {
  const [name, setName] = useState("");
  const [scope, setScope] = useState<Scope>("tenant");
  const [owner, setOwner] = useState("");
  const [days, setDays] = useState("");
  const create = useAct(operations.createToken, { done: null });
  if (create.data !== undefined) return <SecretOnce secret={create.data.token} onDone={onDone} />;
  return (
    <form
      className="dialog-form"
      onSubmit={(event) => {
        event.preventDefault();
        create.mutate({
          body: {
            name,
            scope,
            tenant: scope === "tenant" ? owner : undefined,
            edgeGroup: scope === "edge" && owner !== "" ? owner : undefined,
            expiresInDays: days === "" ? undefined : Number(days),
          },
        });
      }}
    >
      <div className="form">
        <TextField label="Name" value={name} onValue={setName} required hint="Whose it is." />
        <SelectField label="May" value={scope} options={scopes} onValue={setScope} />
        {scope === "admin" ? null : (
          <TextField
            label={scope === "tenant" ? "Tenant" : "Edge group"}
            value={owner}
            onValue={setOwner}
            required={scope === "tenant"}
          />
        )}
        <TextField
          label="Days"
          type="number"
          min={1}
          max={3_650}
          value={days}
          onValue={setDays}
          hint="Empty: it does not expire."
        />
      </div>
      <footer className="dialog-foot">
        <Button onClick={onDone}>Cancel</Button>
        <Button type="submit" look="main" busy={create.isPending}>
          Create it
        </Button>
      </footer>
    </form>
  );
}
