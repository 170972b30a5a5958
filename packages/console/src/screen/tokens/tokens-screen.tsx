import { type NewToken, operations, type Token } from "@certmill/api";
import { useState } from "react";
import { ConfirmButton } from "../../kit/confirm-button.tsx";
import type { Column } from "../../kit/data-table.tsx";
import { AddButton } from "../../kit/dialog-button.tsx";
import { DialogForm } from "../../kit/dialog-form.tsx";
import { SelectField, TextField } from "../../kit/field.tsx";
import { Instant } from "../../kit/instant.tsx";
import { ListScreen } from "../../kit/list-screen.tsx";
import { Empty } from "../../kit/notice.tsx";
import { SecretOnce } from "../../kit/secret-once.tsx";
import { useAct } from "../../server/act.ts";

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
  return (
    <ListScreen
      title="Tokens"
      lead="For programs that call the API. People sign in."
      actions={
        <AddButton needs={operations.createToken} label="Create a token">
          {(close) => <TokenForm onDone={close} />}
        </AddButton>
      }
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
  );
}

function RevokeToken({ token: { id, name } }: { readonly token: Token }) {
  return (
    <ConfirmButton
      operation={operations.revokeToken}
      input={{ params: { id } }}
      done={`${name} works no more.`}
      label="Revoke"
      title={`Revoke the token ${name}`}
      act="Revoke it"
      typed={name}
    >
      <p>Whatever uses it is refused from its next call on. It cannot be undone.</p>
    </ConfirmButton>
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
    <DialogForm
      act="Create it"
      busy={create.isPending}
      onCancel={onDone}
      onSubmit={() =>
        create.mutate({
          body: {
            name,
            scope,
            tenant: scope === "tenant" ? owner : undefined,
            edgeGroup: scope === "edge" && owner !== "" ? owner : undefined,
            expiresInDays: days === "" ? undefined : Number(days),
          },
        })
      }
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
    </DialogForm>
  );
}
