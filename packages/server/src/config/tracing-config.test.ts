import { expect, it } from "vitest";
import { tracingSettings } from "./tracing-config.ts";

const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector:4318" };

it("traces where an endpoint is set, all, and as the caller has it", () => {
  expect(tracingSettings(endpoint)).toEqual({
    tracing: {
      sampler: { followsCaller: true, ratio: 1 },
      batching: { most: 2_048, together: 512, every: 5_000, timeout: 30_000 },
    },
    warnings: [],
  });
});

it.each([
  [{}],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: " " }],
  [{ OTEL_SERVICE_NAME: "certmill" }],
  [{ ...endpoint, OTEL_SDK_DISABLED: "TRUE" }],
  [{ ...endpoint, OTEL_TRACES_EXPORTER: "none" }],
])("does not with %j", (environment) => {
  expect(tracingSettings(environment)).toEqual({ tracing: null, warnings: [] });
});

it.each([
  [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "http://collector:4318/v1/traces" }],
  [{ OTEL_TRACES_EXPORTER: "otlp" }],
  [{ ...endpoint, OTEL_SDK_DISABLED: "false" }],
  [{ ...endpoint, OTEL_EXPORTER_OTLP_PROTOCOL: "http/protobuf" }],
])("does with %j", (environment) => {
  expect(tracingSettings(environment)).toMatchObject({ tracing: {}, warnings: [] });
});

it.each([
  ["always_on", "", { followsCaller: false, ratio: 1 }],
  ["always_off", "", { followsCaller: false, ratio: 0 }],
  ["traceidratio", "0.25", { followsCaller: false, ratio: 0.25 }],
  ["traceidratio", "", { followsCaller: false, ratio: 1 }],
  ["parentbased_always_on", "", { followsCaller: true, ratio: 1 }],
  ["parentbased_always_off", "", { followsCaller: true, ratio: 0 }],
  ["parentbased_traceidratio", "0", { followsCaller: true, ratio: 0 }],
])("samples by %s %s", (name, arg, sampler) => {
  const settings = { ...endpoint, OTEL_TRACES_SAMPLER: name, OTEL_TRACES_SAMPLER_ARG: arg };
  expect(tracingSettings(settings)).toMatchObject({ tracing: { sampler }, warnings: [] });
});

it("batches as it is told, and never more than may wait", () => {
  const settings = {
    ...endpoint,
    OTEL_BSP_MAX_QUEUE_SIZE: "100",
    OTEL_BSP_MAX_EXPORT_BATCH_SIZE: "200",
    OTEL_BSP_SCHEDULE_DELAY: "1000",
    OTEL_BSP_EXPORT_TIMEOUT: "2000",
  };
  expect(tracingSettings(settings).tracing?.batching).toEqual({
    most: 100,
    together: 100,
    every: 1_000,
    timeout: 2_000,
  });
});

it.each([
  ["OTEL_TRACES_SAMPLER", "jaeger_remote", "parentbased_always_on is used"],
  ["OTEL_BSP_MAX_QUEUE_SIZE", "0", "2048 is used"],
  ["OTEL_BSP_SCHEDULE_DELAY", "soon", "5000 is used"],
  ["OTEL_EXPORTER_OTLP_PROTOCOL", "grpc", "http/protobuf is used"],
])("says what it does not heed: %s=%s", (name, value, instead) => {
  const { tracing, warnings } = tracingSettings({ ...endpoint, [name]: value });
  expect(tracing).toMatchObject({
    sampler: { followsCaller: true, ratio: 1 },
    batching: { most: 2_048, every: 5_000 },
  });
  expect(warnings).toEqual([expect.stringContaining(instead)]);
  expect(warnings[0]).toContain(`${name} is ${value}`);
});

it.each(["2", "-1", "half"])("takes every one where the share is %s, and says so", (share) => {
  const settings = { ...endpoint, OTEL_TRACES_SAMPLER: "traceidratio", OTEL_TRACES_SAMPLER_ARG: share };
  expect(tracingSettings(settings)).toMatchObject({
    tracing: { sampler: { ratio: 1 } },
    warnings: [expect.stringContaining(`is ${share}`)],
  });
});

it("says of an exporter that is not offered that nothing is traced", () => {
  expect(tracingSettings({ ...endpoint, OTEL_TRACES_EXPORTER: "console" })).toEqual({
    tracing: null,
    warnings: [expect.stringContaining("Nothing is traced")],
  });
});
