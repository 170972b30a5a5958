import { type Campaign, type CampaignReport, operations } from "@certmill/api";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { ShareBar } from "../../chart/share-bar.tsx";
import { Asked } from "../../kit/asked.tsx";
import { type Column, DataTable } from "../../kit/data-table.tsx";
import { type Fact, Facts } from "../../kit/facts.tsx";
import { Figure, Figures } from "../../kit/figure.tsx";
import { Instant } from "../../kit/instant.tsx";
import { Empty, Notice } from "../../kit/notice.tsx";
import { Panel } from "../../kit/panel.tsx";
import { Screen } from "../../kit/screen.tsx";
import { Sentence } from "../../kit/sentence.tsx";
import { ask, isMissing } from "../../server/ask.ts";
import { count, share } from "../../text/number.ts";
import { CourseMark } from "../course/course-mark.tsx";
import { CampaignActions } from "./campaign-actions.tsx";

/** How far a campaign has come, when it will be done, and why what failed failed. */
export function CampaignScreen() {
  const { name } = useParams({ from: "/inside/campaigns/$name" });
  const query = useQuery(ask(operations.showCampaign, { params: { name } }));
  if (isMissing(query.error)) {
    return (
      <Screen title={name}>
        <Notice tone="rest" title="There is no campaign of this name.">
          <p>
            <Link to="/campaigns">All campaigns</Link>
          </p>
        </Notice>
      </Screen>
    );
  }
  return (
    <Asked query={query} what={`the campaign ${name}`}>
      {(campaign) => (
        <Screen
          title={campaign.name}
          mark={<CourseMark state={campaign.state} />}
          lead={
            <p className="standing">
              <Sentence text={campaign.reason} />
            </p>
          }
          actions={<CampaignActions campaign={campaign} />}
        >
          <Progress campaign={campaign} />
          <div className="columns">
            <div className="two-thirds stack">
              <Report name={campaign.name} />
            </div>
            <div className="third stack">
              <Panel title="Settings">
                <Facts facts={factsOf(campaign)} />
              </Panel>
            </div>
          </div>
        </Screen>
      )}
    </Asked>
  );
}

function Progress({ campaign }: { readonly campaign: Campaign }) {
  const { certificates, forecast, wave, waves, finishBy } = campaign;
  const done = certificates.total === 0 ? 0 : certificates.issued / certificates.total;
  return (
    <Panel title="Progress" aside={waves === 0 ? undefined : `wave ${wave} of ${waves}`}>
      <div className="stack">
        <Figures>
          <Figure
            name="Issued"
            value={share(done)}
            note={`${count(certificates.issued)} of ${count(certificates.total)}`}
          />
          <Figure
            name="A day"
            value={forecast === null ? "–" : count(Math.round(forecast.perDay))}
            note={forecast === null ? undefined : paceWords[forecast.basis]}
          />
          <Figure
            name="All tried by"
            value={<Instant at={forecast?.finishAt ?? campaign.endedAt} as="day" />}
            note={
              finishBy === null ? undefined : (
                <>
                  wished for: <Instant at={finishBy} as="day" />
                </>
              )
            }
          />
        </Figures>
        {forecast === null ? null : (
          <Notice tone={forecast.late === true ? "warn" : "rest"} title={forecast.sentence} />
        )}
        <ShareBar
          label="Certificates by state"
          parts={[
            { key: "issued", label: "issued", value: certificates.issued, look: "tone-good" },
            { key: "issuing", label: "issuing", value: certificates.issuing, look: "tone-busy" },
            { key: "waiting", label: "in line", value: certificates.waiting, look: "tone-wait" },
            { key: "held", label: "of waves to come", value: certificates.held, look: "tone-rest" },
            { key: "failed", label: "failed", value: certificates.failed, look: "tone-bad" },
            { key: "removed", label: "removed", value: certificates.removed, look: "tone-none" },
          ]}
        />
      </div>
    </Panel>
  );
}

type Basis = NonNullable<Campaign["forecast"]>["basis"];
const paceWords: Readonly<Record<Basis, string>> = {
  ceiling: "as its own ceiling allows",
  accounts: "as the CAs' limits allow",
  observed: "as it has gone so far",
};

function factsOf(campaign: Campaign): readonly Fact[] {
  const {
    window,
    perHour,
    packNames,
    packAcrossTenants,
    mostFailed,
    renewalSpreadDays,
    cas,
    edgeGroup,
    keyType,
  } = campaign;
  return [
    { name: "Names", value: count(campaign.domains) },
    { name: "CA", value: cas === null ? "any of the pool" : cas.join(", ") },
    { name: "Edge group", value: edgeGroup },
    { name: "Key type", value: keyType },
    { name: "Hours", value: window === null ? "all day" : `${window.from} to ${window.to} UTC` },
    { name: "Pace", value: perHour === null ? "as the CAs allow" : `${count(perHour)} an hour at most` },
    {
      name: "Packs",
      value:
        packNames === 1
          ? "one certificate each"
          : `${packNames} names${packAcrossTenants ? ", across tenants" : ""}`,
    },
    { name: "Pauses itself", value: `when ${share(mostFailed)} of a wave fail` },
    { name: "Renewals", value: `spread over ${renewalSpreadDays} days` },
    { name: "Created", value: <Instant at={campaign.createdAt} as="full" /> },
  ];
}

type Reason = CampaignReport["reasons"][number];

const reasonColumns: readonly Column<Reason>[] = [
  {
    id: "code",
    head: "Reason",
    cell: ({ code, sentence }) => (
      <>
        <strong>{code}</strong>
        <div className="soft small">{sentence}</div>
      </>
    ),
  },
  { id: "party", head: "Whose doing", wideOnly: true, cell: ({ party }) => party },
  {
    id: "domains",
    head: "Domains",
    align: "end",
    sort: ({ domains }) => domains,
    cell: ({ domains }) => count(domains),
  },
];

function Report({ name }: { readonly name: string }) {
  const query = useQuery(ask(operations.reportCampaign, { params: { name } }));
  return (
    <Panel
      title="Failures by reason"
      flush
      aside={
        <Link to="/failures" search={{ campaign: name }}>
          One by one
        </Link>
      }
    >
      <Asked query={query} what="the report">
        {({ reasons }) =>
          reasons.length === 0 ? (
            <Empty title="Nothing has failed.">
              <p>What fails is counted here by its reason, with whose doing it is.</p>
            </Empty>
          ) : (
            <DataTable
              label="Failures by reason"
              columns={reasonColumns}
              rows={reasons}
              keyOf={({ code }) => code}
            />
          )
        }
      </Asked>
    </Panel>
  );
}
