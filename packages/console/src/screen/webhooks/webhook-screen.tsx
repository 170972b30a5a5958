import { operations, type Webhook } from "@certmill/api";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { Asked } from "../../kit/asked.tsx";
import { Button } from "../../kit/button.tsx";
import { ConfirmDialog } from "../../kit/confirm-dialog.tsx";
import { type Column, DataTable } from "../../kit/data-table.tsx";
import { Dialog } from "../../kit/dialog.tsx";
import { type Fact, Facts } from "../../kit/facts.tsx";
import { TextField } from "../../kit/field.tsx";
import { Instant } from "../../kit/instant.tsx";
import { Mark } from "../../kit/mark.tsx";
import { Empty } from "../../kit/notice.tsx";
import { Panel } from "../../kit/panel.tsx";
import { Screen } from "../../kit/screen.tsx";
import { useAct } from "../../server/act.ts";
import { ask } from "../../server/ask.ts";
import { useMay } from "../../server/session.ts";
import { count } from "../../text/number.ts";
import { duration } from "../../text/time.ts";
import { WebhookMark } from "./webhook-mark.tsx";

/** How far behind a webhook is, what it answered last, and what waits. */
export function WebhookScreen() {
  const { id } = useParams({ from: "/inside/webhooks/$id" });
  const query = useQuery(ask(operations.showWebhook, { params: { id } }));
  return (
    <Asked query={query} what="the webhook">
      {(webhook) => (
        <Screen
          title={webhook.url}
          mark={<WebhookMark state={webhook.state} />}
          lead={webhook.reason}
          actions={<Actions webhook={webhook} />}
        >
          <div className="columns">
            <div className="two-thirds stack">
              <Panel title="Last answers" flush>
                {webhook.answers.length === 0 ? (
                  <Empty title="Nothing has been sent yet." />
                ) : (
                  <DataTable
                    label="Last answers"
                    columns={answerColumns}
                    rows={webhook.answers}
                    keyOf={keyOfAnswer}
                  />
                )}
              </Panel>
              <Panel title="Held back" flush>
                {webhook.held.length === 0 ? (
                  <Empty title="No domain's messages wait." />
                ) : (
                  <DataTable
                    label="Held back"
                    columns={heldColumns}
                    rows={webhook.held}
                    keyOf={({ domain }) => domain ?? ""}
                  />
                )}
              </Panel>
            </div>
            <div className="third stack">
              <Panel title="Place">
                <Facts facts={factsOf(webhook)} />
              </Panel>
            </div>
          </div>
        </Screen>
      )}
    </Asked>
  );
}

type Answer = Webhook["answers"][number];
const keyOfAnswer = ({ at, type, domain }: Answer): string => `${at} ${type} ${domain}`;

const answerColumns: readonly Column<Answer>[] = [
  { id: "at", head: "When", cell: ({ at }) => <Instant at={at} /> },
  { id: "type", head: "Message", cell: ({ type }) => type },
  {
    id: "domain",
    head: "Domain",
    wideOnly: true,
    cell: ({ domain }) => domain ?? <span className="soft">–</span>,
  },
  {
    id: "status",
    head: "Answer",
    cell: ({ status }) =>
      status !== null && status < 300 ? (
        <Mark tone="good" word={String(status)} />
      ) : (
        <Mark tone="bad" word={status === null ? "none" : String(status)} />
      ),
  },
  { id: "took", head: "Took", align: "end", wideOnly: true, cell: ({ tookMs }) => duration(tookMs) },
  {
    id: "detail",
    head: "Words",
    wideOnly: true,
    cell: ({ detail }) => <span className="soft clamped">{detail}</span>,
  },
];

type Held = Webhook["held"][number];

const heldColumns: readonly Column<Held>[] = [
  { id: "domain", head: "Domain", cell: ({ domain }) => domain ?? "about no domain" },
  { id: "attempts", head: "Attempts", align: "end", cell: ({ attempts }) => count(attempts) },
  { id: "answer", head: "Last answer", wideOnly: true, cell: ({ answer }) => answer },
  { id: "next", head: "Next try", align: "end", cell: ({ nextTryAt }) => <Instant at={nextTryAt} /> },
];

function factsOf(webhook: Webhook): readonly Fact[] {
  const { delivered, deliveredAt, behind, heldBack, types, tenant, cursor } = webhook;
  return [
    { name: "Delivered", value: count(delivered) },
    { name: "Last", value: <Instant at={deliveredAt} /> },
    { name: "Behind", value: `${count(behind.events)}${behind.more ? " and more" : ""} events` },
    { name: "Held back", value: `${count(heldBack)} domains` },
    { name: "Messages", value: types?.join(", ") ?? "all" },
    { name: "Tenant", value: tenant ?? "all" },
    { name: "Cursor", value: <code className="small">{cursor}</code> },
    { name: "Added", value: <Instant at={webhook.createdAt} as="day" /> },
  ];
}

type Question = "replay" | "remove" | null;

function Actions({ webhook: { id, url, state } }: { readonly webhook: Webhook }) {
  const may = useMay();
  const [question, setQuestion] = useState<Question>(null);
  const test = useAct(operations.testWebhook, {
    done: ({ taken, detail }) => (taken ? "It took the test message." : `It did not take it: ${detail}`),
  });
  const pause = useAct(operations.pauseWebhook, { done: "It is paused, and keeps its place." });
  const resume = useAct(operations.resumeWebhook, { done: "It goes on from its place." });
  if (!may(operations.testWebhook)) return null;
  const input = { params: { id } };
  return (
    <>
      <Button busy={test.isPending} onClick={() => test.mutate(input)}>
        Send a test
      </Button>
      {state === "paused" || state === "disabled" ? (
        <Button icon="play" busy={resume.isPending} onClick={() => resume.mutate(input)}>
          Resume
        </Button>
      ) : (
        <Button icon="pause" busy={pause.isPending} onClick={() => pause.mutate(input)}>
          Pause
        </Button>
      )}
      <Button icon="again" onClick={() => setQuestion("replay")}>
        Replay
      </Button>
      <Button look="danger" onClick={() => setQuestion("remove")}>
        Remove
      </Button>
      <Dialog
        open={question === "replay"}
        onClose={() => setQuestion(null)}
        title="Send it again what it was sent"
      >
        <ReplayForm id={id} onDone={() => setQuestion(null)} />
      </Dialog>
      <RemoveDialog id={id} url={url} open={question === "remove"} onClose={() => setQuestion(null)} />
    </>
  );
}

function ReplayForm({ id, onDone }: { readonly id: string; readonly onDone: () => void }) {
  const [from, setFrom] = useState(() =>
    new Date(Date.now() - 3_600_000).toISOString().slice(0, 19).concat("Z"),
  );
  const replay = useAct(operations.replayWebhook, { done: "It is sent again from there." });
  return (
    <form
      className="dialog-form"
      onSubmit={(event) => {
        event.preventDefault();
        replay.mutate({ params: { id }, body: { from } }, { onSuccess: onDone });
      }}
    >
      <TextField
        label="From"
        value={from}
        onValue={setFrom}
        required
        hint="An instant, a message's cursor, or now: what waits is then left out. Messages keep their ids."
      />
      <footer className="dialog-foot">
        <Button onClick={onDone}>Cancel</Button>
        <Button type="submit" look="main" busy={replay.isPending}>
          Replay
        </Button>
      </footer>
    </form>
  );
}

interface RemoveDialogProps {
  readonly id: string;
  readonly url: string;
  readonly open: boolean;
  readonly onClose: () => void;
}

function RemoveDialog({ id, url, open, onClose }: RemoveDialogProps) {
  const navigate = useNavigate();
  const remove = useAct(operations.removeWebhook, { done: "It is removed." });
  return (
    <ConfirmDialog
      open={open}
      onClose={onClose}
      title="Remove the webhook"
      act="Remove it"
      typed={new URL(url).host}
      busy={remove.isPending}
      onConfirm={() =>
        remove.mutate({ params: { id } }, { onSuccess: () => void navigate({ to: "/webhooks" }) })
      }
    >
      <p>{url} is told no more, and its secret is destroyed. It cannot be undone.</p>
    </ConfirmDialog>
  );
}
