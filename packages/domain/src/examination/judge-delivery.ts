/** From the CA's way to a name, to the edges that serve what came of it. */
import { between } from "../time/instant.ts";
import { type ExaminationFinding, note, right, wrong } from "./examination-finding.ts";
import { examinationLimits } from "./examination-limits.ts";
import type { EdgeFacts, InstallationFacts } from "./installation-facts.ts";
import { spanText } from "./span-text.ts";

export function judgeDelivery(facts: InstallationFacts): readonly ExaminationFinding[] {
  return [...judgePaths(facts), ...judgeCertificates(facts), ...judgeEdges(facts), ...judgeWebhooks(facts)];
}

function judgePaths({ paths }: InstallationFacts): readonly ExaminationFinding[] {
  if (paths === null)
    return [
      note("challenge", "checks-off", {
        sentence: "Whether the responder is reached from outside is not known: no name is checked.",
        fix: "Set CERTMILL_INGRESS_ADDRESSES to the addresses that customers point their names to.",
      }),
    ];
  if (paths.length === 0)
    return [
      note("challenge", "path-untried", {
        sentence: "No name has a certificate by HTTP-01 yet whose way to the responder could be tried.",
        fix: "After the first one, or now: certmill domain check NAME",
      }),
    ];
  return paths.map(({ name, broken }) =>
    broken === null
      ? right("challenge", "path-right", `The responder is reached from outside by ${name}.`)
      : wrong("challenge", "path-broken", {
          sentence: `By ${name} the responder is not reached: ${broken.sentence}`,
          fix: broken.fix ?? `The whole way: certmill edge doctor ${name}`,
        }),
  );
}

function judgeCertificates({
  certificates: { served, ending },
}: InstallationFacts): readonly ExaminationFinding[] {
  if (ending === 0)
    return [
      right(
        "certificates",
        "certificates-in-time",
        served === 0
          ? "There is no certificate yet."
          : `None of ${served} certificates to be served is near its end.`,
      ),
    ];
  return [
    wrong("certificates", "certificates-ending", {
      sentence: `${ending} of ${served} certificates to be served ${ending === 1 ? "is" : "are"} near the end or past it: the renewal has been failing for long.`,
      fix: "certmill report failures says why; certmill report expiries names them.",
    }),
  ];
}

const { mostSilence } = examinationLimits;
/** So few are on their way at any time where the fleet is large. */
const shareOnTheWay = 0.001;
const named = 5;

function judgeEdges({ edges, certificates, now }: InstallationFacts): readonly ExaminationFinding[] {
  if (edges.length === 0)
    return [
      note("edges", "edges-missing", {
        sentence: "No edge has asked for certificates yet.",
        fix: "Start an agent beside each proxy: certmill edge run --help",
      }),
    ];
  const silent = edges.filter(({ lastSeenAt }) => between(lastSeenAt, now) > mostSilence);
  const behind = edges.filter(
    (edge) => !silent.includes(edge) && edge.behind > certificates.served * shareOnTheWay,
  );
  const findings = [
    ...silent.slice(0, named).map((edge) => silentEdge(edge, between(edge.lastSeenAt, now))),
    ...more("edge-silent", silent.length),
    ...behind.slice(0, named).map(lateEdge),
    ...more("edge-behind", behind.length),
  ];
  const halves = edges
    .filter((edge) => !silent.includes(edge) && edge.halfPairs > 0)
    .slice(0, named)
    .map(halfEdge);
  if (findings.length > 0) return [...findings, ...halves];
  return [
    right(
      "edges",
      "edges-current",
      edges.length === 1
        ? "The edge serves what it is to."
        : `All ${edges.length} edges serve what they are to.`,
    ),
    ...halves,
  ];
}

const silentEdge = ({ name, group }: EdgeFacts, silence: ReturnType<typeof between>): ExaminationFinding =>
  wrong("edges", "edge-silent", {
    sentence: `The edge ${name} of group ${group} has not asked for ${spanText(silence)}; it serves what it has.`,
    fix: `Look at its agent's log. One that is gone for good: certmill edge remove ${name}`,
  });

const lateEdge = ({ name, group, behind }: EdgeFacts): ExaminationFinding =>
  wrong("edges", "edge-behind", {
    sentence: `The edge ${name} of group ${group} has not said that it serves ${behind} current certificate${behind === 1 ? "" : "s"}.`,
    fix: "Its agent's log says what the proxy refuses; certmill domain show NAME has its last word on one.",
  });

const halfEdge = ({ name, group, halfPairs }: EdgeFacts): ExaminationFinding =>
  note("edges", "edge-half-pairs", {
    sentence: `The edge ${name} of group ${group} serves ${halfPairs} pair${halfPairs === 1 ? "" : "s"} of certificates by the P-256 one only: clients that verify RSA only are refused there.`,
    fix: "Its agent is older than pairs, or has not been asked for the RSA ones yet (--keep). Its log says what the proxy refuses; certmill edge doctor NAME makes a handshake for each of the two.",
  });

/** What is not named one by one. */
function more(code: "edge-silent" | "edge-behind", count: number): readonly ExaminationFinding[] {
  if (count <= named) return [];
  const what = code === "edge-silent" ? "have not asked either" : "are behind, too";
  return [
    wrong("edges", code, {
      sentence: `${count - named} more edges ${what}.`,
      fix: "All: certmill edge list",
    }),
  ];
}

function judgeWebhooks({ failingWebhooks }: InstallationFacts): readonly ExaminationFinding[] {
  if (failingWebhooks === 0) return [right("webhooks", "webhooks-delivered", "No webhook fails.")];
  return [
    wrong("webhooks", "webhooks-failing", {
      sentence: `${failingWebhooks} ${failingWebhooks === 1 ? "webhook fails or was" : "webhooks fail or were"} switched off.`,
      fix: "certmill webhook list names them; certmill webhook show says what came back.",
    }),
  ];
}
