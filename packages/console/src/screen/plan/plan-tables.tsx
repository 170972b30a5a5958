import { type LimitName, limitNames, type Plan } from "@certmill/api";
import { type Column, DataTable } from "../../kit/data-table.tsx";
import { count } from "../../text/number.ts";
import { date } from "../../text/time.ts";
import { limitWords } from "../budgets/limit-words.ts";

type Phase = Plan["enrolment"]["phases"][number];

/** What binds a plan beside the limits. */
const otherBindings: Readonly<Record<string, string>> = {
  requests: "how fast it may be asked",
  outage: "it is down",
};

const isLimit = (name: string): name is LimitName => limitNames.some((each) => each === name);

const bindingWords = (binding: string): string =>
  isLimit(binding) ? limitWords(binding) : (otherBindings[binding] ?? binding);

const phaseColumns: readonly Column<Phase>[] = [
  {
    id: "what",
    head: "What holds it back",
    cell: ({ ca, limit }) => (
      <>
        {ca} <span className="soft">{bindingWords(limit)}</span>
      </>
    ),
  },
  { id: "from", head: "From", align: "end", cell: ({ from }) => date(from) },
  { id: "to", head: "To", align: "end", cell: ({ to }) => date(to) },
];

/** Which limit of which CA decides, and from when to when. */
export function PhaseTable({ phases }: { readonly phases: readonly Phase[] }) {
  if (phases.length === 0) return null;
  return (
    <div className="framed">
      <DataTable
        label="What holds it back"
        columns={phaseColumns}
        rows={phases}
        keyOf={({ ca, limit, from }) => `${ca} ${limit} ${from}`}
      />
    </div>
  );
}

type Alternative = Plan["alternatives"][number];

const alternativeColumns: readonly Column<Alternative>[] = [
  {
    id: "what",
    head: "What would change it",
    cell: ({ what, note }) => (
      <>
        {what}
        {note === null ? null : <div className="soft small">{note}</div>}
      </>
    ),
  },
  {
    id: "done",
    head: "Done",
    align: "end",
    cell: ({ finishesAt }) => (finishesAt === null ? "not in ten years" : date(finishesAt)),
  },
  { id: "saved", head: "Days saved", align: "end", cell: ({ daysSaved }) => count(Math.round(daysSaved)) },
];

/** What else could be done, and what it would save. */
export function AlternativeTable({ alternatives }: { readonly alternatives: readonly Alternative[] }) {
  if (alternatives.length === 0) return null;
  return (
    <div className="framed">
      <DataTable
        label="What would change it"
        columns={alternativeColumns}
        rows={alternatives}
        keyOf={({ change, what }) => `${change} ${what}`}
      />
    </div>
  );
}
