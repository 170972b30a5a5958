import { operations, type Webhook } from "@certmill/api";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { Asked } from "../../kit/asked.tsx";
import { type Column, DataTable } from "../../kit/data-table.tsx";
import { type Fact, Facts } from "../../kit/facts.tsx";
import { Instant } from "../../kit/instant.tsx";
import { Mark } from "../../kit/mark.tsx";
import { Empty } from "../../kit/notice.tsx";
import { Panel } from "../../kit/panel.tsx";
import { Screen } from "../../kit/screen.tsx";
import { ask } from "../../server/ask.ts";
import { count, counted } from "../../text/number.ts";
import { duration } from "../../text/time.ts";
import { WebhookActions } from "./webhook-actions.tsx";
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
          actions={<WebhookActions webhook={webhook} />}
        >
          <div className="columns">
            <div className="two-thirds stack">
              <Panel title="Last answers" flush>
                {webhook.answers.length === 0 ? (
                  <Empty title="Nothing has been sent yet.">
                    <p>“Send a test” sends a message that means nothing, now.</p>
                  </Empty>
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
    cell: ({ status }) => (
      <Mark
        tone={status !== null && status < 300 ? "good" : "bad"}
        word={status === null ? "none" : String(status)}
      />
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
    {
      name: "Behind",
      value: behind.more ? `${count(behind.events)} events and more` : counted(behind.events, "event"),
    },
    { name: "Held back", value: counted(heldBack, "domain") },
    { name: "Messages", value: types?.join(", ") ?? "all" },
    { name: "Tenant", value: tenant ?? "all" },
    { name: "Cursor", value: <code className="small">{cursor}</code> },
    { name: "Added", value: <Instant at={webhook.createdAt} as="day" /> },
  ];
}
