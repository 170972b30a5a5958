import type { Overview } from "@certmill/api";
import { Link } from "@tanstack/react-router";
import { Instant } from "../../kit/instant.tsx";
import { Mark } from "../../kit/mark.tsx";
import { Empty } from "../../kit/notice.tsx";
import { Panel } from "../../kit/panel.tsx";
import { Table } from "../../kit/table.tsx";
import { count, counted } from "../../text/number.ts";

/** Which edges do not serve what they should. */
export function EdgesPanel({ overview }: { readonly overview: Overview }) {
  const { edges } = overview;
  return (
    <Panel title="Edges behind" aside={<Link to="/edges">All edges</Link>} flush>
      {edges.behind.length === 0 ? (
        <Empty
          title={edges.total === 0 ? "No edge has come yet." : `None of ${counted(edges.total, "edge")}.`}
        >
          {edges.total === 0 ? (
            <p>
              <Link to="/edges">Let one join</Link>, and it is told of every certificate.
            </p>
          ) : null}
        </Empty>
      ) : (
        <Table label="Edges behind">
          <thead>
            <tr>
              <th scope="col">Edge</th>
              <th scope="col">Why</th>
              <th scope="col" className="number">
                Heard of
              </th>
            </tr>
          </thead>
          <tbody>
            {edges.behind.map(({ edge, group, lastSeenAt, silent, refused }) => (
              <tr key={`${group} ${edge}`}>
                <th scope="row">
                  {edge} <span className="soft">{group}</span>
                </th>
                <td>
                  {silent ? (
                    <Mark tone="bad" word="silent" />
                  ) : (
                    <Mark tone="warn" word={`refused ${count(refused)}`} />
                  )}
                </td>
                <td className="number">
                  <Instant at={lastSeenAt} />
                </td>
              </tr>
            ))}
          </tbody>
        </Table>
      )}
      {edges.waiting === 0 ? null : (
        <p className="table-note">
          {counted(edges.waiting, "certificate is", "certificates are")} not served yet
          {edges.oldestWaitingAt === null ? null : (
            <>
              , the first since <Instant at={edges.oldestWaitingAt} />
            </>
          )}
          .
        </p>
      )}
    </Panel>
  );
}
