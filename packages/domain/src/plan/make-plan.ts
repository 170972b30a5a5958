import { type Alternative, alternatives } from "./alternatives.ts";
import { type EdgeLoad, edgeLoad } from "./edge-load.ts";
import { type EnrolmentPlan, instantTextOf } from "./enrolment-plan.ts";
import { orderDemand } from "./order-demand.ts";
import { ordersSpent } from "./orders-spent.ts";
import { type OverrideRequest, overrideRequest } from "./override-request.ts";
import { planEnrolment } from "./plan-enrolment.ts";
import type { Background, FailingDomains, PackWish, PlannedKeys, PlanRequest } from "./plan-request.ts";
import { type RenewalForecast, renewalForecast } from "./renewal-forecast.ts";

/** A list's plan with all that one decides by. */
export interface Plan {
  readonly enrolment: EnrolmentPlan;
  /** null: no date was asked for. */
  readonly finishBy: string | null;
  /** Rows of the list that are no names a public CA issues for; they are in no figure. */
  readonly refused: number;
  readonly assumed: PlanAssumptions;
  /** What packs cost and save; null: each domain has its own certificate. */
  readonly packing: PackingEstimate | null;
  readonly alternatives: readonly Alternative[];
  /** null: none is needed, or none helps. */
  readonly overrideRequest: OverrideRequest | null;
  readonly renewals: RenewalForecast;
  readonly edges: EdgeLoad;
}

export interface PlanAssumptions {
  readonly keyType: PlannedKeys;
  readonly failing: FailingDomains;
  readonly checksFirst: boolean;
  readonly background: Background;
  readonly packs: PackWish;
  readonly cas: readonly {
    readonly name: string;
    readonly limits: string;
    readonly weight: number;
    /** Of its new orders, when the plan begins. */
    readonly ordersSpent: number;
  }[];
}

export interface PackingEstimate {
  readonly domainsEach: number;
  /** Orders of the plan, compared to one certificate for each domain. */
  readonly ordersSaved: number;
  /** Domains that have no certificate while another one of their pack is dead: in one pack. */
  readonly sharedFate: number;
  /** Names that whoever looks at a certificate sees beside the one he came for. */
  readonly namesExposed: number;
}

export function makePlan(request: PlanRequest): Plan {
  const enrolment = planEnrolment(request);
  const { failing, checksFirst, background, packs, cas, finishBy, list, startsAt } = request;
  return {
    enrolment,
    finishBy: finishBy === null ? null : instantTextOf(finishBy),
    refused: list.refused,
    assumed: {
      keyType: request.keyType,
      failing,
      checksFirst,
      background,
      packs,
      cas: cas.map((ca) => ({
        name: ca.name,
        limits: ca.limitSet,
        weight: ca.weight,
        ordersSpent: ordersSpent(ca, startsAt),
      })),
    },
    packing: packs.names > 1 ? packingEstimate(request, enrolment) : null,
    alternatives: alternatives(request, enrolment),
    overrideRequest: overrideRequest(request, enrolment),
    renewals: renewalForecast(enrolment, cas),
    edges: edgeLoad(enrolment, request.keyType),
  };
}

function packingEstimate(request: PlanRequest, { orders }: EnrolmentPlan): PackingEstimate {
  const single = planEnrolment({ ...request, packs: { names: 1, acrossTenants: false } });
  const { domainsEach, namesEach } = orderDemand(request);
  return {
    domainsEach: tenths(domainsEach),
    ordersSaved: single.orders.first - orders.first - orders.split,
    sharedFate: tenths(domainsEach - 1),
    namesExposed: tenths(namesEach - 1),
  };
}

const tenths = (value: number): number => Math.round(value * 10) / 10;
