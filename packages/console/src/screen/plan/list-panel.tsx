import { Button } from "../../kit/button.tsx";
import { Facts } from "../../kit/facts.tsx";
import { Notice } from "../../kit/notice.tsx";
import { count, counted } from "../../text/number.ts";
import { ListFileField } from "../list/list-file-field.tsx";
import type { CountedFile, useCountedList } from "./use-counted-list.ts";

interface ListPanelProps {
  readonly counted: ReturnType<typeof useCountedList>;
}

/** The list that is planned for, by its counts; without one the planner takes a number. */
export function ListPanel({ counted: { file, fault, progress, choose } }: ListPanelProps) {
  if (file !== null) return <FileFacts file={file} onClear={() => void choose(null)} />;
  return (
    <>
      <ListFileField onFile={(chosen) => void choose(chosen)} />
      {fault === null ? null : <Notice tone="bad" title={fault} />}
      {progress === null ? null : <p role="status">{progress}</p>}
    </>
  );
}

function FileFacts({
  file: { name, list },
  onClear,
}: {
  readonly file: CountedFile;
  readonly onClear: () => void;
}) {
  const [largest] = list.largest;
  return (
    <div className="stack">
      <Facts
        facts={[
          { name: "List", value: <strong>{name}</strong> },
          { name: "Domains", value: count(list.domains) },
          { name: "Under", value: counted(list.registeredDomains, "registered domain") },
          {
            name: "Most under",
            value: largest === undefined ? "no one of them" : `${largest.name}: ${count(largest.domains)}`,
          },
          { name: "Left out", value: counted(list.refused, "row") },
        ]}
      />
      <div>
        <Button icon="close" onClick={onClear}>
          Take a number instead
        </Button>
      </div>
    </div>
  );
}
