import { type ListedSession, type Operator, operations } from "@certmill/api";
import { useState } from "react";
import { ConfirmButton } from "../../kit/confirm-button.tsx";
import type { Column } from "../../kit/data-table.tsx";
import { AddButton } from "../../kit/dialog-button.tsx";
import { DialogForm } from "../../kit/dialog-form.tsx";
import { SelectField, TextField } from "../../kit/field.tsx";
import { Instant } from "../../kit/instant.tsx";
import { Mark } from "../../kit/mark.tsx";
import { NameField } from "../../kit/name-field.tsx";
import { Empty } from "../../kit/notice.tsx";
import { PagedTable } from "../../kit/paged-table.tsx";
import { Panel } from "../../kit/panel.tsx";
import { Screen } from "../../kit/screen.tsx";
import { SecretOnce } from "../../kit/secret-once.tsx";
import { useAct } from "../../server/act.ts";
import { roles } from "../../server/may-call.ts";

const operatorColumns: readonly Column<Operator>[] = [
  {
    id: "name",
    head: "Name",
    cell: ({ name, displayName }) => (
      <>
        <span className="row-name">{name}</span>
        {displayName === name ? null : <span className="soft"> {displayName}</span>}
      </>
    ),
  },
  { id: "role", head: "Role", cell: ({ role }) => role },
  {
    id: "tenant",
    head: "Tenant",
    wideOnly: true,
    cell: ({ tenant }) => tenant ?? <span className="soft">all</span>,
  },
  {
    id: "last",
    head: "Signed in",
    align: "end",
    cell: ({ lastSignInAt }) => <Instant at={lastSignInAt} none="never" />,
  },
  { id: "remove", head: "", align: "end", cell: (operator) => <RemoveOperator operator={operator} /> },
];

const sessionColumns: readonly Column<ListedSession>[] = [
  {
    id: "who",
    head: "Who",
    cell: ({ who, current }) => (
      <>
        <span className="row-name">{who}</span>{" "}
        {current ? <Mark tone="rest" icon="person" word="you" /> : null}
      </>
    ),
  },
  { id: "role", head: "Role", cell: ({ role }) => role },
  {
    id: "method",
    head: "By",
    wideOnly: true,
    cell: ({ method }) => (method === "local" ? "password" : "provider"),
  },
  {
    id: "address",
    head: "From",
    wideOnly: true,
    cell: ({ address }) => address ?? <span className="soft">–</span>,
  },
  {
    id: "started",
    head: "Began",
    align: "end",
    wideOnly: true,
    cell: ({ startedAt }) => <Instant at={startedAt} />,
  },
  { id: "seen", head: "Seen", align: "end", cell: ({ seenAt }) => <Instant at={seenAt} /> },
  { id: "end", head: "", align: "end", cell: (session) => <EndSession session={session} /> },
];

/** Who may sign in with a password, and who has signed in. */
export function PeopleScreen() {
  return (
    <Screen
      title="People"
      lead="Who signs in with a password of Certmill's own, and everybody who is signed in now."
      actions={
        <AddButton needs={operations.createOperator} label="Add somebody">
          {(close) => <OperatorForm onDone={close} />}
        </AddButton>
      }
    >
      <Panel title="With a password" flush>
        <PagedTable
          operation={operations.listOperators}
          input={{ query: { limit: 100 } }}
          words={["person", "people"]}
          columns={operatorColumns}
          keyOf={({ name }) => name}
          empty={<Empty title="Everybody signs in by the provider." />}
        />
      </Panel>
      <Panel title="Signed in now" flush>
        <PagedTable
          operation={operations.listSessions}
          input={{ query: { limit: 100 } }}
          words={["session", "sessions"]}
          columns={sessionColumns}
          keyOf={({ id }) => id}
          empty={<Empty title="Nobody is signed in." />}
        />
      </Panel>
    </Screen>
  );
}

function EndSession({ session: { id, who, current } }: { readonly session: ListedSession }) {
  if (current) return null;
  return (
    <ConfirmButton
      operation={operations.endSession}
      input={{ params: { id } }}
      done={`The session of ${who} is ended.`}
      label="End"
      title={`End a session of ${who}`}
      act="End it"
      typed={null}
    >
      <p>They are signed out with their next click, and may sign in again.</p>
    </ConfirmButton>
  );
}

function RemoveOperator({ operator: { name } }: { readonly operator: Operator }) {
  return (
    <ConfirmButton
      operation={operations.removeOperator}
      input={{ params: { name } }}
      done={`${name} is removed.`}
      label="Remove"
      title={`Remove ${name}`}
      act="Remove them"
      typed={name}
    >
      <p>Their sessions end at once. What they did stays in the audit log.</p>
    </ConfirmButton>
  );
}

const roleOptions = roles.map((role) => ({ value: role, label: role }));

function OperatorForm({ onDone }: { readonly onDone: () => void }) {
  const [name, setName] = useState("");
  const [role, setRole] = useState<(typeof roles)[number]>("support");
  const [tenant, setTenant] = useState("");
  const create = useAct(operations.createOperator, { done: null });
  if (create.data !== undefined) return <SecretOnce secret={create.data.password ?? ""} onDone={onDone} />;
  return (
    <DialogForm
      act="Add them"
      busy={create.isPending}
      onCancel={onDone}
      onSubmit={() => create.mutate({ body: { name, role, tenant: tenant === "" ? undefined : tenant } })}
    >
      <div className="form">
        <NameField value={name} onValue={setName} />
        <SelectField label="Role" value={role} options={roleOptions} onValue={setRole} />
        <TextField label="Tenant" value={tenant} onValue={setTenant} hint="Empty: they see everything." />
      </div>
    </DialogForm>
  );
}
