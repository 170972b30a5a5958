import { type Static, Type } from "typebox";
import { Closed, Id, InstantText, Label, Nullable, Page, PageQuery } from "../fields.ts";
import { operation } from "../operation.ts";

const Count = Type.Integer({ minimum: 0 });

export const NewWebhook = Type.Object(
  {
    url: Type.String({
      minLength: 1,
      maxLength: 2_000,
      description:
        "Where messages are sent by POST: https, or http to an address of `webhook_allowed_ranges`.",
    }),
    types: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 100 }), {
        minItems: 1,
        maxItems: 100,
        description:
          "The types of messages, such as `certificate.issued`; without it all. See docs/webhooks.md.",
      }),
    ),
    tenant: Type.Optional(Label),
  },
  { ...Closed, description: "With `tenant` only what happens to its domains." },
);
export type NewWebhook = Static<typeof NewWebhook>;

const summary = {
  id: Id,
  url: Type.String(),
  types: Nullable(Type.Array(Type.String(), { description: "Null: all." })),
  tenant: Nullable(Type.String()),
  state: Type.Enum(["active", "failing", "paused", "disabled"], {
    description: "`failing`: it takes nothing and is asked again. `disabled`: it is asked no more.",
  }),
  reason: Nullable(Type.String({ description: "Why it fails or is disabled, as a sentence." })),
  delivered: Type.Integer({ minimum: 0, description: "Messages that it has taken." }),
  deliveredAt: Nullable(InstantText),
  failingSince: Nullable(InstantText),
  nextTryAt: Nullable(InstantText),
  heldBack: Type.Integer({
    minimum: 0,
    description: "Domains whose messages wait, as one was not taken.",
  }),
  oldSecretUntil: Nullable(InstantText),
  createdAt: InstantText,
};

export const WebhookSummary = Type.Object(summary);
export type WebhookSummary = Static<typeof WebhookSummary>;

const Answer = Type.Object({
  at: InstantText,
  type: Type.String(),
  domain: Nullable(Type.String()),
  status: Nullable(Type.Integer({ description: "Of HTTP; null: there was no answer." })),
  tookMs: Count,
  detail: Type.String({ description: "The endpoint's first words, or why there was no answer." }),
});

const HeldBack = Type.Object({
  domain: Nullable(Type.String({ description: "Null: what is about no domain." })),
  attempts: Count,
  since: InstantText,
  nextTryAt: InstantText,
  answer: Type.String({ description: "What came of the last attempt." }),
});

export const Webhook = Type.Object({
  ...summary,
  cursor: Type.String({ description: "Its place: all before it was sent, or is held back." }),
  behind: Type.Object({
    events: Type.Integer({ minimum: 0, maximum: 10_000, description: "That it has not come to yet." }),
    more: Type.Boolean({ description: "Whether there are more than these." }),
    oldestAt: Nullable(InstantText),
  }),
  answers: Type.Array(Answer, { description: "The last few, the newest first." }),
  held: Type.Array(HeldBack, { description: "Those that are held back longest, 20 at most." }),
});
export type Webhook = Static<typeof Webhook>;

const secret = Type.String({
  description: "`whsec_…`, for the receiver. It is shown this once.",
});

const WebhookWithSecret = Type.Object({ ...summary, secret });

const params = Type.Object({ id: Id });

export const addWebhook = operation({
  id: "addWebhook",
  method: "POST",
  path: "/v1/webhooks",
  tag: "Webhooks",
  summary: "Add a webhook",
  description:
    "It is told of what happens from now on. The answer is the only place where its secret is shown.",
  scopes: ["admin"],
  role: "operator",
  body: NewWebhook,
  responses: { 201: WebhookWithSecret },
  problems: [],
});

export const listWebhooks = operation({
  id: "listWebhooks",
  method: "GET",
  path: "/v1/webhooks",
  tag: "Webhooks",
  summary: "List the webhooks",
  description: "The oldest first.",
  scopes: ["admin"],
  role: "operator",
  query: Type.Object(PageQuery, Closed),
  responses: { 200: Page(WebhookSummary) },
  problems: ["invalid-cursor"],
});

export const showWebhook = operation({
  id: "showWebhook",
  method: "GET",
  path: "/v1/webhooks/{id}",
  tag: "Webhooks",
  summary: "Show a webhook",
  description: "How far behind it is, its last answers, and what is held back.",
  scopes: ["admin"],
  role: "operator",
  params,
  responses: { 200: Webhook },
  problems: ["not-found"],
});

export const testWebhook = operation({
  id: "testWebhook",
  method: "POST",
  path: "/v1/webhooks/{id}/test",
  tag: "Webhooks",
  summary: "Send a test message",
  description: "A message of the type `webhook.test`, sent once, at once, whatever the webhook's state.",
  scopes: ["admin"],
  role: "operator",
  params,
  responses: {
    200: Type.Object({
      taken: Type.Boolean({ description: "Whether the answer was 2xx." }),
      status: Nullable(Type.Integer()),
      tookMs: Count,
      detail: Type.String({ description: "The endpoint's first words, or why there was no answer." }),
    }),
  },
  problems: ["not-found"],
});

export const pauseWebhook = operation({
  id: "pauseWebhook",
  method: "POST",
  path: "/v1/webhooks/{id}/pause",
  tag: "Webhooks",
  summary: "Pause a webhook",
  description: "It keeps its place: what happens meanwhile is told when it goes on.",
  scopes: ["admin"],
  role: "operator",
  params,
  responses: { 200: WebhookSummary },
  problems: ["not-found"],
});

export const resumeWebhook = operation({
  id: "resumeWebhook",
  method: "POST",
  path: "/v1/webhooks/{id}/resume",
  tag: "Webhooks",
  summary: "Resume a webhook",
  description: "One that was paused or disabled goes on from its place, at once.",
  scopes: ["admin"],
  role: "operator",
  params,
  responses: { 200: WebhookSummary },
  problems: ["not-found"],
});

export const rotateWebhookSecret = operation({
  id: "rotateWebhookSecret",
  method: "POST",
  path: "/v1/webhooks/{id}/rotate-secret",
  tag: "Webhooks",
  summary: "Give a webhook a new secret",
  description: "Messages carry both signatures until the old secret ends.",
  scopes: ["admin"],
  role: "operator",
  params,
  body: Type.Object(
    {
      keepOldHours: Type.Optional(
        Type.Integer({ minimum: 0, maximum: 720, description: "Until the old secret ends. Default 24." }),
      ),
    },
    Closed,
  ),
  responses: { 200: WebhookWithSecret },
  problems: ["not-found"],
});

export const replayWebhook = operation({
  id: "replayWebhook",
  method: "POST",
  path: "/v1/webhooks/{id}/replay",
  tag: "Webhooks",
  summary: "Send a webhook what it was sent before",
  description:
    "It goes on after a message's `cursor`, from an instant (some from shortly before may come, too), or from `now`: what waits is then left out. Messages keep their ids.",
  scopes: ["admin"],
  role: "operator",
  params,
  body: Type.Object(
    {
      from: Type.String({
        minLength: 1,
        maxLength: 200,
        description: "A message's `cursor`, an instant as RFC 3339, or `now`.",
      }),
    },
    Closed,
  ),
  responses: { 200: WebhookSummary },
  problems: ["not-found"],
});

export const removeWebhook = operation({
  id: "removeWebhook",
  method: "DELETE",
  path: "/v1/webhooks/{id}",
  tag: "Webhooks",
  summary: "Remove a webhook",
  description: "It is told no more; its secret is destroyed.",
  scopes: ["admin"],
  role: "operator",
  params,
  responses: { 200: WebhookSummary },
  problems: ["not-found"],
});
