import type { Domain } from "@certmill/api";
import { Link } from "@tanstack/react-router";
import { type Fact, Facts } from "../../kit/facts.tsx";
import { Panel } from "../../kit/panel.tsx";

/** What it is set to: its names, whose it is, and how its certificates are made. */
export function DomainSettings({ domain }: { readonly domain: Domain }) {
  return (
    <Panel title="Settings">
      <Facts facts={factsOf(domain)} />
    </Panel>
  );
}

function factsOf(domain: Domain): readonly Fact[] {
  const { names, leftOut, tenant, ca, cas, edgeGroup, keyType, profile, challenge } = domain;
  return [
    { name: "Names", value: <Names names={names} /> },
    ...(leftOut.length === 0 ? [] : [{ name: "Left out", value: <Names names={leftOut} /> }]),
    {
      name: "Tenant",
      value:
        tenant === null ? (
          "none"
        ) : (
          <Link to="/domains" search={{ tenant }}>
            {tenant}
          </Link>
        ),
    },
    { name: "CA", value: ca },
    ...(cas === null || cas.length < 2 ? [] : [{ name: "May have", value: cas.join(", then ") }]),
    { name: "Edge group", value: edgeGroup },
    { name: "Key type", value: keyType },
    { name: "Profile", value: profile ?? "as the CA has it" },
    { name: "Proof", value: challenge ?? "as is best for each name" },
  ];
}

function Names({ names }: { readonly names: readonly string[] }) {
  return (
    <ul>
      {names.map((name) => (
        <li key={name}>{name}</li>
      ))}
    </ul>
  );
}
