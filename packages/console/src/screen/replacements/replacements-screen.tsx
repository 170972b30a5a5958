import { operations, type Replacement } from "@certmill/api";
import { Link } from "@tanstack/react-router";
import { Meter } from "../../chart/meter.tsx";
import type { Column } from "../../kit/data-table.tsx";
import { AddButton } from "../../kit/dialog-button.tsx";
import { Instant } from "../../kit/instant.tsx";
import { ListScreen } from "../../kit/list-screen.tsx";
import { Empty } from "../../kit/notice.tsx";
import { count } from "../../text/number.ts";
import { CourseMark } from "../course/course-mark.tsx";
import { ReplacementForm } from "./replacement-form.tsx";
import { selectionWords } from "./selection-words.ts";

const columns: readonly Column<Replacement>[] = [
  {
    id: "what",
    head: "Replaces",
    cell: (replacement) => (
      <Link to="/replacements/$id" params={{ id: replacement.id }} className="row-name">
        {selectionWords(replacement)}
      </Link>
    ),
  },
  { id: "state", head: "State", cell: ({ state }) => <CourseMark state={state} /> },
  {
    id: "progress",
    head: "Replaced",
    wideOnly: true,
    cell: ({ id, certificates: { replaced, total } }) => (
      <Meter value={replaced} most={total} label={`Replacement ${id}: replaced`} />
    ),
  },
  {
    id: "replaced",
    head: "",
    align: "end",
    cell: ({ certificates: { replaced, total } }) => `${count(replaced)} of ${count(total)}`,
  },
  {
    id: "failing",
    head: "Failing",
    align: "end",
    wideOnly: true,
    cell: ({ certificates: { failing } }) => count(failing),
  },
  { id: "by", head: "By", wideOnly: true, cell: ({ createdBy }) => createdBy },
  {
    id: "begun",
    head: "Begun",
    align: "end",
    wideOnly: true,
    cell: ({ startedAt }) => <Instant at={startedAt} none="not yet" />,
  },
];

/** Many certificates replaced before their time. */
export function ReplacementsScreen() {
  return (
    <ListScreen
      title="Replacements"
      lead="When a CA has issued wrongly, a key has leaked or a CA is left: many certificates are replaced before their time."
      actions={
        <AddButton needs={operations.createReplacement} label="Draft a replacement">
          {(close) => <ReplacementForm onDone={close} />}
        </AddButton>
      }
      operation={operations.listReplacements}
      input={{ query: { limit: 50 } }}
      words={["replacement", "replacements"]}
      columns={columns}
      keyOf={({ id }) => id}
      empty={
        <Empty title="Nothing has had to be replaced yet.">
          <p>A draft only counts; it says how long it would take before you start it.</p>
        </Empty>
      }
    />
  );
}
