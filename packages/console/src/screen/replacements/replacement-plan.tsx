import type { Replacement } from "@certmill/api";
import { type Column, DataTable } from "../../kit/data-table.tsx";
import { Figure, Figures } from "../../kit/figure.tsx";
import { Instant } from "../../kit/instant.tsx";
import { Empty } from "../../kit/notice.tsx";
import { Panel } from "../../kit/panel.tsx";
import { count } from "../../text/number.ts";

type Share = NonNullable<Replacement["plan"]>["shares"][number];

const bases: Readonly<Record<Share["basis"], string>> = {
  requests: "requests to the CA",
  account: "new orders of the account",
};

const columns: readonly Column<Share>[] = [
  { id: "ca", head: "Orders to", cell: ({ ca }) => <strong>{ca}</strong> },
  {
    id: "certificates",
    head: "Certificates",
    align: "end",
    cell: ({ certificates }) => count(certificates),
  },
  {
    id: "exempt",
    head: "No limit counts",
    align: "end",
    wideOnly: true,
    cell: ({ exempt }) => count(exempt),
  },
  { id: "perDay", head: "A day", align: "end", cell: ({ perDay }) => count(perDay) },
  { id: "basis", head: "Held up by", wideOnly: true, cell: ({ basis }) => bases[basis] },
  {
    id: "done",
    head: "Done",
    align: "end",
    cell: ({ finishesAt }) => <Instant at={finishesAt} none="not in ten years" />,
  },
];

/** Which CAs take the orders, and how long their limits make it. */
export function ReplacementPlan({ replacement }: { readonly replacement: Replacement }) {
  const { plan, state } = replacement;
  const isDraft = state === "draft";
  return (
    <Panel title={isDraft ? "What it would come to" : "As it was planned"} flush>
      {plan === null || plan.certificates === 0 ? (
        <Empty title="No certificate that is in use here is among them.">
          <p>Certificates that have a successor need no replacement.</p>
        </Empty>
      ) : (
        <>
          <div className="panel-lead">
            <Figures>
              <Figure name="Certificates" value={count(plan.certificates)} />
              <Figure name="A day" value={count(plan.perDay)} />
              <Figure
                name={isDraft ? "Done, started now" : "Done"}
                value={<Instant at={plan.finishesAt} none="not in ten years" />}
              />
            </Figures>
          </div>
          <DataTable label="Orders by CA" columns={columns} rows={plan.shares} keyOf={({ ca }) => ca} />
        </>
      )}
    </Panel>
  );
}
