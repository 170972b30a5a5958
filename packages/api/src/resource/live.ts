import { type Static, Type } from "typebox";
import { Closed, Cursor, InstantText, NameText, Nullable } from "../fields.ts";
import { operation } from "../operation.ts";
import { Overview } from "./overview.ts";

export const LiveEvent = Type.Object({
  at: InstantText,
  kind: Type.String({ description: "As in a domain's timeline." }),
  sentence: Type.String({ description: "The fact for a person to read." }),
  domain: Nullable(
    Type.String({ description: "Its certificate's first name; null: it is about no domain." }),
  ),
  tenant: Nullable(Type.String()),
  durationMs: Nullable(Type.Integer()),
});
export type LiveEvent = Static<typeof LiveEvent>;

const Reset = Type.Object({
  reason: Type.Enum(["too-long-ago", "unknown-position"], {
    description:
      "`too-long-ago`: more has happened meanwhile than is told again. `unknown-position`: it is of another installation, or of a state that a backup has undone.",
  }),
});

const End = Type.Object({
  reason: Type.Enum(["slow", "closing", "renew", "access-ended"], {
    description:
      "`slow`: the reader did not keep up. `closing`: the server ends. `renew`: who may see what is looked at anew. Connect again in these cases. `access-ended`: the session or the token was ended, or what it may do was changed; a new one is needed.",
  }),
});

export const followLive = operation({
  id: "followLive",
  method: "GET",
  path: "/v1/live",
  tag: "Operation",
  summary: "Follow what happens",
  description:
    "Server-sent events for as long as the caller listens: `events`, some of what happened each time, as far as the caller may see it, without the small steps of an issuance unless one domain is followed; `overview`, for an admin, those parts of `/v1/overview` that have changed, once a second at most; `reset`, when what was missed is not told again: read the lists anew; `end` before the server ends the stream. A comment comes each 15 seconds when nothing happens. With the last id, as `Last-Event-ID` or as `after`, nothing is missed in between.",
  scopes: ["admin", "tenant"],
  role: "viewer",
  query: Type.Object(
    {
      after: Type.Optional(Cursor),
      domain: Type.Optional(NameText),
      overview: Type.Optional(
        Type.Boolean({ description: "Whether parts of the overview come, too. Default true for an admin." }),
      ),
    },
    Closed,
  ),
  responses: {
    200: {
      mediaType: "text/event-stream",
      description:
        "Events with JSON data: `events`, `overview`, `reset` and `end`. Their schemas are under `x-events`.",
      events: {
        events: Type.Object({ events: Type.Array(LiveEvent) }),
        overview: Type.Partial(Overview),
        reset: Reset,
        end: End,
      },
    },
  },
  problems: ["not-found"],
});
