/** From what was seen of an installation to what is right and what is not, and what to do. */
import { between, milliseconds } from "../time/instant.ts";
import { type ExaminationFinding, note, right, wrong } from "./examination-finding.ts";
import { examinationLimits } from "./examination-limits.ts";
import type { InstallationFacts } from "./installation-facts.ts";
import { judgeCas } from "./judge-cas.ts";
import { judgeDelivery } from "./judge-delivery.ts";
import { spanText } from "./span-text.ts";

/** At least one finding for each part, in the order in which one thing rests on another. */
export function judgeInstallation(facts: InstallationFacts): readonly ExaminationFinding[] {
  return [
    ...judgeDatabase(facts),
    ...judgeClock(facts),
    ...judgeKeys(facts),
    ...judgeWork(facts),
    ...judgeCas(facts.cas),
    ...judgeDelivery(facts),
  ];
}

/** A step of an issuance is a handful of statements, one after the other. */
const { slowRoundTrip, fullFrom, mostDrift, mostOverdue } = examinationLimits;

function judgeDatabase({ database, notReady }: InstallationFacts): readonly ExaminationFinding[] {
  const { engine, embedded, roundTrip, connections } = database;
  const name = `${embedded ? "The embedded " : ""}${engine}`;
  const answers =
    roundTrip < slowRoundTrip
      ? right("database", "database-answers", `${name} answers in ${spanText(roundTrip)}.`)
      : wrong("database", "database-slow", {
          sentence: `${name} takes ${spanText(roundTrip)} to answer the smallest statement.`,
          fix: "Look at its load and at the network to it: each step of an issuance asks it several times.",
        });
  const full =
    connections !== null && connections.used >= connections.most * fullFrom
      ? [
          wrong("database", "database-full", {
            sentence: `${connections.used} of its ${connections.most} connections are taken.`,
            fix: "Raise max_connections, or lower CERTMILL_DATABASE_CONNECTIONS of the processes.",
          }),
        ]
      : [];
  const parts = notReady.map((sentence) =>
    wrong("database", "not-ready", {
      sentence,
      fix: "GET /readyz of each process says the same to a probe.",
    }),
  );
  return [answers, ...full, ...parts];
}

function judgeClock({ database, cas }: InstallationFacts): readonly ExaminationFinding[] {
  const seen = [
    ...(database.embedded ? [] : [{ whose: "the database's", ahead: database.clockAhead }]),
    ...cas.flatMap(({ name, directory }) =>
      directory.kind === "answered" && directory.clockAhead !== null
        ? [{ whose: `${name}'s`, ahead: directory.clockAhead }]
        : [],
    ),
  ];
  const off = seen.filter(({ ahead }) => Math.abs(ahead) > mostDrift);
  if (off.length > 0)
    return off.map(({ whose, ahead }) =>
      wrong("clock", "clock-off", {
        sentence: `This process's clock is ${spanText(milliseconds(Math.abs(ahead)))} ${ahead > 0 ? "behind" : "ahead of"} ${whose}.`,
        fix: "Run a time service (chrony, systemd-timesyncd) on every machine.",
      }),
    );
  if (seen.length === 0)
    return [right("clock", "clock-right", "There is no other clock to hold this one against yet.")];
  return [
    right("clock", "clock-right", `The clock agrees with ${listText(seen.map(({ whose }) => whose))}.`),
  ];
}

const listText = (items: readonly string[]): string =>
  items.length < 2 ? items.join("") : `${items.slice(0, -1).join(", ")} and ${items.at(-1)}`;

function judgeKeys({ keys }: InstallationFacts): readonly ExaminationFinding[] {
  const { current, secretsUnderOthers } = keys;
  if (secretsUnderOthers === 0)
    return [right("keys", "keys-there", `Every secret is sealed with the key-encryption key ${current}.`)];
  return [
    note("keys", "keys-old", {
      sentence: `${secretsUnderOthers} ${secretsUnderOthers === 1 ? "secret is" : "secrets are"} sealed with earlier key-encryption keys.`,
      fix: "Run certmill key rotate before an earlier key is taken out of the key file.",
    }),
  ];
}

function judgeWork({ now, oldestDueAt }: InstallationFacts): readonly ExaminationFinding[] {
  if (oldestDueAt === null || between(oldestDueAt, now) < mostOverdue)
    return [right("work", "work-in-time", "What is due is being done.")];
  return [
    wrong("work", "work-overdue", {
      sentence: `Work has been due for ${spanText(between(oldestDueAt, now))}, and nobody does it.`,
      fix: "Start a worker (certmill serve --role worker) or another one; the log of those that run says what they meet.",
    }),
  ];
}
