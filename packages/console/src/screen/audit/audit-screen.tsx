import { type AuditEntry, operations } from "@certmill/api";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { Button } from "../../kit/button.tsx";
import type { Column } from "../../kit/data-table.tsx";
import { TextField } from "../../kit/field.tsx";
import { Instant } from "../../kit/instant.tsx";
import { ListScreen } from "../../kit/list-screen.tsx";
import { Mark } from "../../kit/mark.tsx";
import { Empty } from "../../kit/notice.tsx";
import { count } from "../../text/number.ts";

const columns: readonly Column<AuditEntry>[] = [
  {
    id: "at",
    head: "When",
    cell: ({ at, lastAt, count: calls }) => (
      <>
        <Instant at={at} as="full" />
        {calls === 1 ? null : (
          <div className="soft small">
            {count(calls)} times, last <Instant at={lastAt} />
          </div>
        )}
      </>
    ),
  },
  {
    id: "who",
    head: "Who",
    cell: ({ who, via }) => (
      <>
        {who} <span className="soft small">{via}</span>
      </>
    ),
  },
  { id: "action", head: "Did", cell: ({ action }) => <code>{action}</code> },
  { id: "about", head: "To", wideOnly: true, cell: ({ about }) => about ?? <span className="soft">–</span> },
  {
    id: "address",
    head: "From",
    wideOnly: true,
    cell: ({ address }) => address ?? <span className="soft">–</span>,
  },
  { id: "status", head: "Answer", align: "end", cell: ({ status }) => <Answer status={status} /> },
];

function Answer({ status }: Pick<AuditEntry, "status">) {
  if (status === null) return <Mark tone="warn" word="none" />;
  return <Mark tone={status < 400 ? "good" : "bad"} word={String(status)} />;
}

/** Who did what, and from where. */
export function AuditScreen() {
  const search = useSearch({ from: "/inside/audit" });
  const navigate = useNavigate();
  const [who, setWho] = useState(search.who ?? "");
  const [about, setAbout] = useState(search.about ?? "");
  return (
    <ListScreen
      title="Audit log"
      lead="Every call that changed something or was refused, and every export of a key."
      filters={
        <form
          className="filters"
          onSubmit={(event) => {
            event.preventDefault();
            void navigate({ to: "/audit", search: { who: who || undefined, about: about || undefined } });
          }}
        >
          <TextField label="Who" value={who} onValue={setWho} />
          <TextField label="What it was done to" value={about} onValue={setAbout} />
          <Button type="submit">Filter</Button>
          {search.who === undefined && search.about === undefined ? null : (
            <Button
              look="quiet"
              icon="close"
              onClick={() => {
                setWho("");
                setAbout("");
                void navigate({ to: "/audit", search: {} });
              }}
            >
              Clear
            </Button>
          )}
        </form>
      }
      operation={operations.listAudit}
      input={{ query: { ...search, limit: 100 } }}
      words={["entry", "entries"]}
      columns={columns}
      keyOf={({ id }) => id}
      empty={<Empty title="Nothing was done that fits." />}
    />
  );
}
