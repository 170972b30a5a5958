import type { Ca, Overview } from "@certmill/api";
import { Link } from "@tanstack/react-router";
import { Instant } from "../../kit/instant.tsx";
import { Mark } from "../../kit/mark.tsx";
import { Empty } from "../../kit/notice.tsx";
import { Panel } from "../../kit/panel.tsx";
import { Table } from "../../kit/table.tsx";
import { count } from "../../text/number.ts";
import { caTones, statusTones } from "../cas/ca-tones.ts";

/** How the certificate authorities do: as we see them, and as they say of themselves. */
export function CasPanel({ overview }: { readonly overview: Overview }) {
  return (
    <Panel title="Certificate authorities" aside={<Link to="/cas">All CAs</Link>} flush>
      {overview.cas.length === 0 ? (
        <Empty title="There is no CA yet.">
          <p>
            <Link to="/cas">Add one</Link> to begin.
          </p>
        </Empty>
      ) : (
        <Table label="Certificate authorities">
          <thead>
            <tr>
              <th scope="col">CA</th>
              <th scope="col">To us</th>
              <th scope="col">Its status page</th>
              <th scope="col" className="number wide-only">
                Orders in flight
              </th>
            </tr>
          </thead>
          <tbody>
            {overview.cas.map(({ ca, state, stateUntil, statusPage, ordersInFlight }) => (
              <tr key={ca}>
                <th scope="row">{ca}</th>
                <td>
                  <Mark tone={caTones[state]} word={state} />{" "}
                  {stateUntil === null ? null : (
                    <span className="soft small">
                      until <Instant at={stateUntil} />
                    </span>
                  )}
                </td>
                <td>
                  <StatusPage statusPage={statusPage} />
                </td>
                <td className="number wide-only">{count(ordersInFlight)}</td>
              </tr>
            ))}
          </tbody>
        </Table>
      )}
    </Panel>
  );
}

export function StatusPage({ statusPage }: Pick<Ca, "statusPage">) {
  if (statusPage === null) return <span className="soft">none is read</span>;
  return (
    <>
      <Mark tone={statusTones[statusPage.status]} word={statusPage.status} />{" "}
      <span className="soft small">
        <Instant at={statusPage.readAt} />
      </span>
    </>
  );
}
