/** A domain of a simulated year, as the database would have it. */
import {
  type CheckMemory,
  type Instant,
  type KnownWindow,
  type LifeEvent,
  type LifeState,
  lifeAfter,
  noChecks,
  type Validity,
} from "@certmill/domain";
import { type Lineage, newLineage } from "../../../packages/domain/src/simulation/lineage.ts";
import type { Life, Try } from "../life.ts";
import type { Story } from "../story.ts";

/** What is owed to it, and at most once at a time. */
export type Duty = "order" | "check" | "poll";

export class FleetDomain {
  readonly story: Story;
  readonly lineage: Lineage;
  state: LifeState = "waiting";
  memory: CheckMemory = noChecks;
  awaySince: Instant | null = null;
  leavesAt: Instant | null = null;
  removedAt: Instant | null = null;
  /** Whether its first order waits for a check, and whether a check has let it go on. */
  holdsOrder = false;
  isCleared = false;
  /** Whether it stands in line, or an order of it is under way. */
  isBusy = false;
  /** When the first of the tries that have failed in a row did; null: none has. */
  triedSince: Instant | null = null;
  /** When its renewal is wanted. */
  wantedAt: Instant | null = null;
  /** What its CA has told of the certificate in hand; null: nothing yet. */
  known: KnownWindow | null = null;
  pollFailures = 0;
  readonly due: Record<Duty, Instant | null> = { order: null, check: null, poll: null };
  readonly tries: Try[] = [];

  constructor(story: Story, lineageId: string) {
    this.story = story;
    const { names, addedAt } = story;
    this.lineage = newLineage({
      id: lineageId,
      names,
      origin: "customer",
      tenant: null,
      createdAt: addedAt,
      issuableFrom: null,
    });
  }

  get certificate(): Validity | null {
    return this.lineage.certificate;
  }

  become(event: LifeEvent): void {
    this.state = lifeAfter(this.state, event, { hasCertificate: this.certificate !== null });
  }

  get life(): Life {
    const { story, removedAt, tries } = this;
    return { story, addedAt: story.addedAt, removedAt, tries };
  }
}
