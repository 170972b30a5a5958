import { type Domain, operations } from "@certmill/api";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { Asked } from "../../kit/asked.tsx";
import { Instant } from "../../kit/instant.tsx";
import { Notice } from "../../kit/notice.tsx";
import { Panel } from "../../kit/panel.tsx";
import { Screen } from "../../kit/screen.tsx";
import { Sentence } from "../../kit/sentence.tsx";
import { StateMark } from "../../kit/state-mark.tsx";
import { ask, isMissing } from "../../server/ask.ts";
import { CertificatesPanel } from "./certificates-panel.tsx";
import { DomainActions } from "./domain-actions.tsx";
import { DomainSettings } from "./domain-settings.tsx";
import { FindingsPanel } from "./findings-panel.tsx";
import { TimelinePanel } from "./timeline-panel.tsx";

/** All that is known of one domain, in the order in which somebody at the phone asks for it. */
export function DomainScreen() {
  const { name } = useParams({ from: "/inside/domains/$name" });
  const query = useQuery(ask(operations.showDomain, { params: { name } }));
  if (isMissing(query.error)) return <NoSuchDomain name={name} />;
  return (
    <Asked query={query} what={`the domain ${name}`}>
      {(domain) => (
        <Screen
          title={domain.name}
          mark={<StateMark state={domain.state} />}
          lead={<Standing domain={domain} />}
          actions={<DomainActions domain={domain} />}
        >
          <div className="columns">
            <div className="two-thirds stack">
              <FindingsPanel domain={domain} />
              <CertificatesPanel domain={domain} />
              <TimelinePanel name={domain.name} />
            </div>
            <div className="third stack">
              <DomainSettings domain={domain} />
            </div>
          </div>
        </Screen>
      )}
    </Asked>
  );
}

function Standing({ domain }: { readonly domain: Domain }) {
  const { reason, nextTryAt, expectedAt, unpauseUrl } = domain;
  return (
    <>
      <p className="standing">
        <Sentence text={reason} />
      </p>
      <p className="small">
        {nextTryAt === null ? null : (
          <>
            Next try <Instant at={nextTryAt} as="both" />.{" "}
          </>
        )}
        {expectedAt === null ? null : (
          <>
            Its order is expected to begin <Instant at={expectedAt} />.{" "}
          </>
        )}
        {unpauseUrl === null ? null : (
          <a href={unpauseUrl} target="_blank" rel="noreferrer">
            Unpause it at the certificate authority
          </a>
        )}
      </p>
    </>
  );
}

function NoSuchDomain({ name }: { readonly name: string }) {
  return (
    <Screen title={name}>
      <Panel title="Not here">
        <Notice tone="rest" title="No domain of this name has been added.">
          <p>
            It may have been added under another name:{" "}
            <Link to="/domains" search={{ search: name.split(".").slice(-2).join(".") }}>
              look for names like it
            </Link>
            .
          </p>
        </Notice>
      </Panel>
    </Screen>
  );
}
