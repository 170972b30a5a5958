import { operations, type Replacement } from "@certmill/api";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { ShareBar } from "../../chart/share-bar.tsx";
import { Asked } from "../../kit/asked.tsx";
import { type Fact, Facts } from "../../kit/facts.tsx";
import { Figure, Figures } from "../../kit/figure.tsx";
import { Instant } from "../../kit/instant.tsx";
import { Notice } from "../../kit/notice.tsx";
import { Panel } from "../../kit/panel.tsx";
import { Screen } from "../../kit/screen.tsx";
import { Sentence } from "../../kit/sentence.tsx";
import { ask, isMissing } from "../../server/ask.ts";
import { count, share } from "../../text/number.ts";
import { CourseMark } from "../course/course-mark.tsx";
import { ReplacementActions } from "./replacement-actions.tsx";
import { ReplacementPlan } from "./replacement-plan.tsx";
import { selectionWords } from "./selection-words.ts";

/** What a replacement comes to, and how far it has come. */
export function ReplacementScreen() {
  const { id } = useParams({ from: "/inside/replacements/$id" });
  const query = useQuery(ask(operations.showReplacement, { params: { id } }));
  if (isMissing(query.error)) {
    return (
      <Screen title={`Replacement ${id}`}>
        <Notice tone="rest" title="There is no such replacement.">
          <p>
            <Link to="/replacements">All replacements</Link>
          </p>
        </Notice>
      </Screen>
    );
  }
  return (
    <Asked query={query} what="the replacement">
      {(replacement) => (
        <Screen
          title={`Replacement ${id}`}
          mark={<CourseMark state={replacement.state} />}
          lead={
            <p className="standing">
              <Sentence text={replacement.sentence} />
            </p>
          }
          actions={<ReplacementActions replacement={replacement} />}
        >
          {replacement.refusesKeys ? (
            <Notice tone="warn" title="No certificate is made for their keys any more." />
          ) : null}
          <div className="columns">
            <div className="two-thirds stack">
              {replacement.state === "draft" ? null : <Progress replacement={replacement} />}
              <ReplacementPlan replacement={replacement} />
            </div>
            <div className="third stack">
              <Panel title="What it is">
                <Facts facts={factsOf(replacement)} />
              </Panel>
            </div>
          </div>
        </Screen>
      )}
    </Asked>
  );
}

function Progress({ replacement }: { readonly replacement: Replacement }) {
  const { certificates, perDay, plan, finishesAt, endedAt, revocations } = replacement;
  const { total, replaced, underway, failing, waiting, dropped } = certificates;
  return (
    <Panel title="Progress">
      <div className="stack">
        <Figures>
          <Figure
            name="Replaced"
            value={total === 0 ? "–" : share(replaced / total)}
            note={`${count(replaced)} of ${count(total)}`}
          />
          <Figure
            name="A day"
            value={perDay === null ? (plan === null ? "–" : count(plan.perDay)) : count(perDay)}
            note={perDay === null ? "as it was planned" : "in the last half hour"}
          />
          <Figure name={endedAt === null ? "Done" : "Ended"} value={<Instant at={endedAt ?? finishesAt} />} />
          {revocations === null ? null : (
            <Figure
              name="Revoked"
              value={count(revocations.revoked)}
              note={`${count(revocations.waiting)} wait, ${count(revocations.failed)} failed`}
            />
          )}
        </Figures>
        <ShareBar
          label="Certificates by how far they are"
          parts={[
            { key: "replaced", label: "replaced", value: replaced, look: "tone-good" },
            { key: "underway", label: "under way", value: underway, look: "tone-busy" },
            { key: "waiting", label: "of a turn to come", value: waiting, look: "tone-wait" },
            {
              key: "failing",
              label: <Link to="/failures">failing</Link>,
              value: failing,
              look: "tone-warn",
            },
            { key: "dropped", label: "gone with their domains", value: dropped, look: "tone-rest" },
          ]}
        />
      </div>
    </Panel>
  );
}

function factsOf(replacement: Replacement): readonly Fact[] {
  const { reason, thenRevoke, createdBy, createdAt, startedAt } = replacement;
  return [
    { name: "Replaces", value: selectionWords(replacement) },
    { name: "Why", value: reason },
    {
      name: "Then",
      value: thenRevoke ? "each is revoked once its successor is served" : "nothing is revoked",
    },
    { name: "By", value: createdBy },
    { name: "Drafted", value: <Instant at={createdAt} as="full" /> },
    { name: "Begun", value: <Instant at={startedAt} as="full" none="not yet" /> },
  ];
}
