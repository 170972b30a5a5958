import { type Edge, type EdgeGroup, operations } from "@certmill/api";
import { useState } from "react";
import { Button } from "../../kit/button.tsx";
import { ConfirmDialog } from "../../kit/confirm-dialog.tsx";
import { CopyButton } from "../../kit/copy-button.tsx";
import type { Column } from "../../kit/data-table.tsx";
import { Dialog } from "../../kit/dialog.tsx";
import { TextField } from "../../kit/field.tsx";
import { Instant } from "../../kit/instant.tsx";
import { Mark } from "../../kit/mark.tsx";
import { Empty } from "../../kit/notice.tsx";
import { PagedTable } from "../../kit/paged-table.tsx";
import { Panel } from "../../kit/panel.tsx";
import { Screen } from "../../kit/screen.tsx";
import { useAct } from "../../server/act.ts";
import { useMay } from "../../server/session.ts";
import { count } from "../../text/number.ts";

const edgeColumns: readonly Column<Edge>[] = [
  {
    id: "name",
    head: "Edge",
    sort: ({ name }) => name,
    cell: ({ name, group }) => (
      <>
        <span className="row-name">{name}</span>
        <div className="soft small narrow-only">{group}</div>
      </>
    ),
  },
  { id: "group", head: "Group", wideOnly: true, sort: ({ group }) => group, cell: ({ group }) => group },
  {
    id: "alive",
    head: "State",
    cell: ({ alive }) => (alive ? <Mark tone="good" word="alive" /> : <Mark tone="bad" word="silent" />),
  },
  {
    id: "behind",
    head: "Behind",
    align: "end",
    sort: ({ behind }) => behind,
    cell: ({ behind }) => count(behind),
  },
  {
    id: "seen",
    head: "Heard of",
    align: "end",
    wideOnly: true,
    cell: ({ lastSeenAt }) => <Instant at={lastSeenAt} />,
  },
  {
    id: "joined",
    head: "Joined",
    align: "end",
    wideOnly: true,
    cell: ({ joinedAt }) => <Instant at={joinedAt} as="day" none="with a token" />,
  },
  {
    id: "version",
    head: "Agent",
    wideOnly: true,
    cell: ({ version }) => version ?? <span className="soft">–</span>,
  },
  { id: "remove", head: "", align: "end", cell: (edge) => <RemoveEdge edge={edge} /> },
];

const groupColumns: readonly Column<EdgeGroup>[] = [
  { id: "name", head: "Group", cell: ({ name }) => <span className="row-name">{name}</span> },
  { id: "served", head: "Served when", cell: ({ servedWhen }) => servedWhen },
  { id: "keys", head: "Keys", cell: ({ keys }) => keys.policy },
  { id: "challenge", head: "Proof", wideOnly: true, cell: ({ challenge }) => challenge ?? "as is best" },
  {
    id: "kept",
    head: "Keys kept",
    align: "end",
    wideOnly: true,
    cell: ({ keysKeptDays }) => (keysKeptDays === null ? "as the server has it" : `${keysKeptDays} days`),
  },
];

/** The machines that terminate TLS, and the groups that serve the same domains. */
export function EdgesScreen() {
  const may = useMay();
  const [isJoining, setJoining] = useState(false);
  return (
    <Screen
      title="Edges"
      lead="The machines that terminate TLS. Each is told of its group's certificates and says what it serves."
      actions={
        may(operations.createJoinToken) ? (
          <Button look="main" icon="plus" onClick={() => setJoining(true)}>
            Let one join
          </Button>
        ) : undefined
      }
    >
      <Panel title="Edges" flush>
        <PagedTable
          operation={operations.listEdges}
          input={{ query: { limit: 100 } }}
          words={["edge", "edges"]}
          columns={edgeColumns}
          keyOf={({ id }) => id}
          empty={<Empty title="No edge has come yet." />}
        />
      </Panel>
      <Panel title="Edge groups" flush>
        <PagedTable
          operation={operations.listEdgeGroups}
          input={{ query: { limit: 100 } }}
          words={["group", "groups"]}
          columns={groupColumns}
          keyOf={({ name }) => name}
          empty={<Empty title="There is no group yet." />}
        />
      </Panel>
      <Dialog open={isJoining} onClose={() => setJoining(false)} title="Let an edge join">
        <JoinForm onDone={() => setJoining(false)} />
      </Dialog>
    </Screen>
  );
}

function JoinForm({ onDone }: { readonly onDone: () => void }) {
  const [group, setGroup] = useState("default");
  const create = useAct(operations.createJoinToken, { done: null });
  const made = create.data;
  if (made !== undefined) {
    const command = `certmill edge run --server ${location.origin} --join-token ${made.token} --name EDGE`;
    return (
      <div className="dialog-form">
        <p>On the machine, within an hour. The token works once, and is shown this once.</p>
        <pre className="for-customer" tabIndex={0} role="region" aria-label="The command">
          {command}
        </pre>
        <footer className="dialog-foot">
          <CopyButton text={command}>Copy the command</CopyButton>
          <Button look="main" onClick={onDone}>
            Done
          </Button>
        </footer>
      </div>
    );
  }
  return (
    <form
      className="dialog-form"
      onSubmit={(event) => {
        event.preventDefault();
        create.mutate({ params: { name: group }, body: {} });
      }}
    >
      <TextField
        label="Edge group"
        value={group}
        onValue={setGroup}
        required
        hint="A group that is new is made."
      />
      <footer className="dialog-foot">
        <Button onClick={onDone}>Cancel</Button>
        <Button type="submit" look="main" busy={create.isPending}>
          Make a token
        </Button>
      </footer>
    </form>
  );
}

function RemoveEdge({ edge: { id, name, behind } }: { readonly edge: Edge }) {
  const may = useMay();
  const [isAsked, setAsked] = useState(false);
  const remove = useAct(operations.removeEdge, { done: `${name} is removed.` });
  if (!may(operations.removeEdge)) return null;
  return (
    <>
      <Button onClick={() => setAsked(true)}>Remove</Button>
      <ConfirmDialog
        open={isAsked}
        onClose={() => setAsked(false)}
        title={`Remove the edge ${name}`}
        act="Remove it"
        typed={name}
        busy={remove.isPending}
        onConfirm={() => remove.mutate({ params: { id } }, { onSuccess: () => setAsked(false) })}
      >
        <p>
          Its key is refused from its next request on, and nothing waits for its receipts any more
          {behind === 0 ? "" : ` (it is behind by ${count(behind)})`}. It goes on serving what it has.
        </p>
      </ConfirmDialog>
    </>
  );
}
