import { type DomainCertificate as Certificate, type Domain, operations } from "@certmill/api";
import { useQuery } from "@tanstack/react-query";
import { Asked } from "../../kit/asked.tsx";
import { CopyButton } from "../../kit/copy-button.tsx";
import { type Fact, Facts } from "../../kit/facts.tsx";
import { Instant, useNow } from "../../kit/instant.tsx";
import { Mark } from "../../kit/mark.tsx";
import { Empty } from "../../kit/notice.tsx";
import { Panel } from "../../kit/panel.tsx";
import { Table } from "../../kit/table.tsx";
import { ask } from "../../server/ask.ts";
import { counted } from "../../text/number.ts";

/** What was issued for the domain, the newest first, and which edges say that they serve it. */
export function CertificatesPanel({ domain }: { readonly domain: Domain }) {
  const query = useQuery(
    ask(operations.listDomainCertificates, { params: { name: domain.name }, query: {} }),
  );
  return (
    <Panel
      title="Certificates"
      aside={query.data === undefined ? null : counted(query.data.items.length, "certificate")}
    >
      <Asked query={query} what="the certificates">
        {({ items }) =>
          items.length === 0 ? (
            <Empty title="None yet." />
          ) : (
            <ul className="certificates">
              {items.map((certificate) => (
                <CertificateItem key={certificate.id} certificate={certificate} />
              ))}
            </ul>
          )
        }
      </Asked>
    </Panel>
  );
}

interface CertificateItemProps {
  readonly certificate: Certificate;
}

function CertificateItem({ certificate }: CertificateItemProps) {
  const { issuer, notBefore, notAfter, serial, current } = certificate;
  return (
    <li>
      <details className="certificate" open={current}>
        <summary>
          <Standing certificate={certificate} />
          <span className="certificate-issuer" title={issuer}>
            {commonName(issuer)}
          </span>
          <span className="soft nowrap">
            <Instant at={notBefore} as="day" /> – <Instant at={notAfter} as="day" />
          </span>
        </summary>
        <div className="certificate-body">
          <Facts facts={factsOf(certificate)} />
          <Receipts certificate={certificate} />
          <CopyButton text={serial}>Copy the serial number</CopyButton>
        </div>
      </details>
    </li>
  );
}

/** Of a distinguished name as text: `R11` of `C=US, O=Let's Encrypt, CN=R11`; all of it where there is none. */
const commonName = (name: string): string => /(?:^|,\s*)CN=([^,]+)/.exec(name)?.[1] ?? name;

function Standing({ certificate }: { readonly certificate: Certificate }) {
  const now = useNow();
  if (certificate.revokedAt !== null) return <Mark tone="bad" icon="removed" word="revoked" />;
  if (Date.parse(certificate.notAfter) < now)
    return <Mark tone={certificate.current ? "bad" : "rest"} word="expired" />;
  return certificate.current ? <Mark tone="good" word="current" /> : <Mark tone="rest" word="superseded" />;
}

function factsOf(certificate: Certificate): readonly Fact[] {
  const {
    names,
    serial,
    ca,
    renewal,
    revokedAt,
    revocationReason,
    fingerprint,
    keyDestroyedAt,
    supersededAt,
  } = certificate;
  return [
    { name: "Names", value: names.join(", ") },
    { name: "Serial", value: <code>{serial}</code> },
    { name: "Valid until", value: <Instant at={certificate.notAfter} as="both" /> },
    { name: "CA", value: ca ?? "imported, of a CA that is not here" },
    ...(renewal === null || !certificate.current
      ? []
      : [{ name: "Renewal", value: <RenewalWords renewal={renewal} /> }]),
    ...(supersededAt === null
      ? []
      : [{ name: "Superseded", value: <Instant at={supersededAt} as="full" /> }]),
    ...(revokedAt === null
      ? []
      : [
          {
            name: "Revoked",
            value: (
              <>
                <Instant at={revokedAt} as="full" />
                {revocationReason === null ? "" : `, ${revocationReason}`}
              </>
            ),
          },
        ]),
    { name: "SHA-256", value: <code className="small">{fingerprint}</code> },
    ...(keyDestroyedAt === null
      ? []
      : [{ name: "Key destroyed", value: <Instant at={keyDestroyedAt} as="full" /> }]),
  ];
}

function RenewalWords({ renewal }: { readonly renewal: NonNullable<Certificate["renewal"]> }) {
  const { at, window, urgent, explanationUrl } = renewal;
  return (
    <>
      <Instant at={at} as="both" none="not planned" />
      {window === null ? ", by its lifetime" : ", in the window that its CA suggests"}
      {urgent ? "; the CA asks to renew at once" : ""}
      {explanationUrl === null ? null : (
        <>
          {" "}
          <a href={explanationUrl} target="_blank" rel="noreferrer">
            why
          </a>
        </>
      )}
    </>
  );
}

function Receipts({ certificate }: CertificateItemProps) {
  const { receipts } = certificate;
  if (receipts.length === 0) {
    return certificate.current ? <p className="soft small">No edge has said yet that it serves it.</p> : null;
  }
  return (
    <Table look="receipts" label="Where it is served">
      <thead>
        <tr>
          <th scope="col">Edge</th>
          <th scope="col">Receipt</th>
          <th scope="col">Since</th>
        </tr>
      </thead>
      <tbody>
        {receipts.map(({ edge, at, error }) => (
          <tr key={edge}>
            <td>{edge}</td>
            <td>{error === null ? <Mark tone="good" word="served" /> : <Mark tone="bad" word={error} />}</td>
            <td>
              <Instant at={at} />
            </td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}
