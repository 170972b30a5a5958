/**
 * What an OTLP request for traces is made of, by field and number, as published in opentelemetry-proto
 * (opentelemetry/proto/trace/v1/trace.proto and what it imports).
 */
import protobuf from "protobufjs";

type Fields = Readonly<
  Record<string, readonly [type: string, id: number] | readonly ["repeated", string, number]>
>;

const messages: Readonly<Record<string, Fields>> = {
  Request: { resourceSpans: ["repeated", "ResourceSpans", 1] },
  ResourceSpans: {
    resource: ["Resource", 1],
    scopeSpans: ["repeated", "ScopeSpans", 2],
    schemaUrl: ["string", 3],
  },
  Resource: { attributes: ["repeated", "KeyValue", 1], droppedAttributesCount: ["uint32", 2] },
  ScopeSpans: { scope: ["Scope", 1], spans: ["repeated", "Span", 2], schemaUrl: ["string", 3] },
  Scope: {
    name: ["string", 1],
    version: ["string", 2],
    attributes: ["repeated", "KeyValue", 3],
    droppedAttributesCount: ["uint32", 4],
  },
  Span: {
    traceId: ["bytes", 1],
    spanId: ["bytes", 2],
    traceState: ["string", 3],
    parentSpanId: ["bytes", 4],
    name: ["string", 5],
    kind: ["uint32", 6],
    startTimeUnixNano: ["fixed64", 7],
    endTimeUnixNano: ["fixed64", 8],
    attributes: ["repeated", "KeyValue", 9],
    droppedAttributesCount: ["uint32", 10],
    events: ["repeated", "Event", 11],
    droppedEventsCount: ["uint32", 12],
    links: ["repeated", "Link", 13],
    droppedLinksCount: ["uint32", 14],
    status: ["Status", 15],
    flags: ["fixed32", 16],
  },
  Event: {
    timeUnixNano: ["fixed64", 1],
    name: ["string", 2],
    attributes: ["repeated", "KeyValue", 3],
    droppedAttributesCount: ["uint32", 4],
  },
  Link: {
    traceId: ["bytes", 1],
    spanId: ["bytes", 2],
    traceState: ["string", 3],
    attributes: ["repeated", "KeyValue", 4],
    droppedAttributesCount: ["uint32", 5],
    flags: ["fixed32", 6],
  },
  Status: { message: ["string", 2], code: ["uint32", 3] },
  KeyValue: { key: ["string", 1], value: ["Value", 2] },
  // One of them is set. Lists and the like are not read: no span has them.
  Value: {
    stringValue: ["string", 1],
    boolValue: ["bool", 2],
    intValue: ["int64", 3],
    doubleValue: ["double", 4],
  },
};

const fieldOf = (field: Fields[string]) =>
  field.length === 3 ? { rule: field[0], type: field[1], id: field[2] } : { type: field[0], id: field[1] };

const requestType = protobuf.Root.fromJSON({
  nested: Object.fromEntries(
    Object.entries(messages).map(([name, fields]) => [
      name,
      {
        fields: Object.fromEntries(Object.entries(fields).map(([field, of]) => [field, fieldOf(of)])),
        ...(name === "Value" && { oneofs: { value: { oneof: Object.keys(fields) } } }),
      },
    ]),
  ),
}).lookupType("Request");

/** A field that is not in the table is a fault, where protobuf has readers pass over it. */
class StrictReader extends protobuf.Reader {
  override skipType(): never {
    throw new Error("The request has a field that the protocol does not know.");
  }
}

/** @throws when these are not the bytes of a request. */
export const decodeRequest = (bytes: Uint8Array): Readonly<Record<string, unknown>> =>
  requestType.toObject(requestType.decode(new StrictReader(bytes)), {
    longs: String,
    bytes: Array,
    arrays: true,
    defaults: true,
  });
