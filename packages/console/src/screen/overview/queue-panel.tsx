import type { Overview } from "@certmill/api";
import { CountedAt } from "../../kit/counted-at.tsx";
import { Instant } from "../../kit/instant.tsx";
import { Panel } from "../../kit/panel.tsx";
import { Table } from "../../kit/table.tsx";
import { count } from "../../text/number.ts";

/** Who is in line, by class, and for how long the first of them has been. */
export function QueuePanel({ overview }: { readonly overview: Overview }) {
  const { classes, asOf } = overview.queue;
  return (
    <Panel title="In line" aside={<CountedAt at={asOf} />} flush>
      <Table label="In line, by class">
        <thead>
          <tr>
            <th scope="col">Class</th>
            <th scope="col" className="number">
              Waiting
            </th>
            <th scope="col" className="number wide-only">
              For a limit of their own
            </th>
            <th scope="col" className="number">
              First since
            </th>
          </tr>
        </thead>
        <tbody>
          {classes.map(({ class: name, waiting, parked, oldestAt }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td className="number">{count(waiting)}</td>
              <td className="number wide-only">{count(parked)}</td>
              <td className="number">
                <Instant at={oldestAt} />
              </td>
            </tr>
          ))}
        </tbody>
      </Table>
    </Panel>
  );
}
