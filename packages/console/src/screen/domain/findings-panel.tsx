import type { CheckFinding, Domain } from "@certmill/api";
import { CopyButton } from "../../kit/copy-button.tsx";
import { Instant } from "../../kit/instant.tsx";
import { Mark } from "../../kit/mark.tsx";
import { Empty } from "../../kit/notice.tsx";
import { Panel } from "../../kit/panel.tsx";
import { Table } from "../../kit/table.tsx";
import { customerText, customerTexts } from "./customer-text.ts";

/** What the last check found wrong, what should be there beside what is, and the words for the customer. */
export function FindingsPanel({ domain }: { readonly domain: Domain }) {
  const { check, delegations } = domain;
  const forCustomer = customerTexts(domain);
  const findings = check?.findings ?? [];
  return (
    <Panel
      title="What to change"
      aside={
        <>
          <span>
            Checked <Instant at={check?.checkedAt ?? null} none="never" />
          </span>
          {forCustomer === "" ? null : <CopyButton text={forCustomer}>Copy for the customer</CopyButton>}
        </>
      }
    >
      {findings.length === 0 ? (
        <Empty
          title={
            check === null
              ? "Its names have not been checked."
              : "Nothing: DNS, CAA and the way to us are right."
          }
        >
          {check === null ? <p>“Check now” looks them up.</p> : null}
        </Empty>
      ) : (
        <ul className="findings">
          {findings.map((finding) => (
            <Finding key={`${finding.code} ${finding.name} ${finding.ca}`} finding={finding} />
          ))}
        </ul>
      )}
      {delegations.length === 0 ? null : <Delegations domain={domain} />}
    </Panel>
  );
}

function Finding({ finding }: { readonly finding: CheckFinding }) {
  const { weight, name, sentence, where, expected, found, ca, seenFrom, before } = finding;
  return (
    <li className="finding">
      <div className="finding-head">
        <Mark
          tone={weight === "fault" ? "bad" : "rest"}
          icon={weight === "fault" ? "bad" : "warn"}
          word={weight}
        />
        <strong className="row-name">{name}</strong>
      </div>
      <p>{sentence}</p>
      {expected.length + found.length === 0 ? null : (
        <Table look="compared" label={`What should be at ${where ?? name}, and what is`}>
          <thead>
            <tr>
              <th scope="col">Should be</th>
              <th scope="col">Found</th>
              {before === null ? null : (
                <th scope="col">
                  Until <Instant at={before.until} />
                </th>
              )}
            </tr>
          </thead>
          <tbody>
            <tr>
              <td>
                <Values values={expected} none="nothing" />
              </td>
              <td>
                <Values values={found} none="nothing" wrong={weight === "fault"} />
              </td>
              {before === null ? null : (
                <td>
                  <Values values={before.found} none="nothing" />
                </td>
              )}
            </tr>
          </tbody>
        </Table>
      )}
      <p className="small soft">
        {where === null ? null : <>Where: {where}. </>}
        {ca === null ? null : <>Only for {ca}. </>}
        {seenFrom.length === 0 ? null : <>Seen from: {seenFrom.join(", ")}. </>}
      </p>
      {weight === "fault" ? (
        <pre
          className="for-customer"
          tabIndex={0}
          role="region"
          aria-label={`Words for the customer about ${name}`}
        >
          {customerText(name, finding)}
        </pre>
      ) : null}
    </li>
  );
}

interface ValuesProps {
  readonly values: readonly string[];
  readonly none: string;
  readonly wrong?: boolean;
}

function Values({ values, none, wrong = false }: ValuesProps) {
  if (values.length === 0) return <span className="soft">{none}</span>;
  return (
    <ul className={wrong ? "values wrong" : "values"}>
      {values.map((value) => (
        <li key={value}>
          <code>{value}</code>
        </li>
      ))}
    </ul>
  );
}

function Delegations({ domain }: { readonly domain: Domain }) {
  return (
    <div className="delegations">
      <h3>Records for proof by DNS, set once</h3>
      <Table label="CNAME records to set">
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">CNAME to</th>
          </tr>
        </thead>
        <tbody>
          {domain.delegations.map(({ name, target }) => (
            <tr key={name}>
              <td>
                <code>{name}</code>
              </td>
              <td>{target === null ? "no zone here takes delegations" : <code>{target}</code>}</td>
            </tr>
          ))}
        </tbody>
      </Table>
    </div>
  );
}
