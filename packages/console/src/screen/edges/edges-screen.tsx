import { type Edge, operations } from "@certmill/api";
import { useState } from "react";
import { Button } from "../../kit/button.tsx";
import { ConfirmButton } from "../../kit/confirm-button.tsx";
import { CopyButton } from "../../kit/copy-button.tsx";
import type { Column } from "../../kit/data-table.tsx";
import { AddButton } from "../../kit/dialog-button.tsx";
import { DialogForm } from "../../kit/dialog-form.tsx";
import { TextField } from "../../kit/field.tsx";
import { Instant } from "../../kit/instant.tsx";
import { Mark } from "../../kit/mark.tsx";
import { Empty } from "../../kit/notice.tsx";
import { PagedTable } from "../../kit/paged-table.tsx";
import { Panel } from "../../kit/panel.tsx";
import { Screen } from "../../kit/screen.tsx";
import { useAct } from "../../server/act.ts";
import { count, counted } from "../../text/number.ts";
import { EdgeGroupsPanel } from "./edge-groups-panel.tsx";
import { edgeMarks } from "./edge-marks.ts";

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
    cell: (edge) =>
      edgeMarks(edge).map((mark) => (
        <div key={mark.word}>
          <Mark {...mark} />
        </div>
      )),
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

/** The machines that terminate TLS, and the groups that serve the same domains. */
export function EdgesScreen() {
  return (
    <Screen
      title="Edges"
      lead="The machines that terminate TLS. Each is told of its group's certificates and says what it serves."
      actions={
        <AddButton needs={operations.createJoinToken} label="Let an edge join">
          {(close) => <JoinForm onDone={close} />}
        </AddButton>
      }
    >
      <Panel title="Edges" flush>
        <PagedTable
          operation={operations.listEdges}
          input={{ query: { limit: 100 } }}
          words={["edge", "edges"]}
          columns={edgeColumns}
          keyOf={({ id }) => id}
          empty={
            <Empty title="No edge has come yet.">
              <p>Let one join: it is a command for the machine beside your proxy.</p>
            </Empty>
          }
        />
      </Panel>
      <EdgeGroupsPanel />
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
    <DialogForm
      act="Make a token"
      busy={create.isPending}
      onCancel={onDone}
      onSubmit={() => create.mutate({ params: { name: group }, body: {} })}
    >
      <TextField
        label="Edge group"
        value={group}
        onValue={setGroup}
        required
        hint="A group that is new is made."
      />
    </DialogForm>
  );
}

function RemoveEdge({ edge: { id, name, behind } }: { readonly edge: Edge }) {
  return (
    <ConfirmButton
      operation={operations.removeEdge}
      input={{ params: { id } }}
      done={`${name} is removed.`}
      label="Remove"
      title={`Remove the edge ${name}`}
      act="Remove it"
      typed={name}
    >
      <p>
        Its key is refused from its next request on, and nothing waits for its receipts any more
        {behind === 0 ? "" : ` (it is behind by ${counted(behind, "change")})`}. It goes on serving what it
        has.
      </p>
    </ConfirmButton>
  );
}
