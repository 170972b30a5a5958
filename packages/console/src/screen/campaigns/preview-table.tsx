import { Figure, Figures } from "../../kit/figure.tsx";
import { count } from "../../text/number.ts";
import { RejectedTable } from "../list/rejected-table.tsx";
import type { Preview } from "./use-campaign-draft.ts";

/** What would become of the file: how many rows go in, and each that does not, with why. */
export function PreviewTable({ preview: { good, unchanged, rejected } }: { readonly preview: Preview }) {
  return (
    <>
      <Figures>
        <Figure name="Good rows" value={count(good)} note="would be added" />
        <Figure name="Here already" value={count(unchanged)} note="stay as they are" />
        <Figure name="Wrong" value={count(rejected.length)} note="are left out" />
      </Figures>
      <RejectedTable rejected={rejected} />
    </>
  );
}
