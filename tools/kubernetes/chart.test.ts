/** The Helm chart, rendered for several values and held against Kubernetes' published OpenAPI. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Check, Errors } from "typebox/schema";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { environmentName, settingNames } from "../../packages/server/src/config/settings.ts";
import { objectFaults } from "./object-faults.ts";
import { renderChart } from "./render-chart.ts";

const folder = join(import.meta.dirname, "../../deploy/helm/certmill");
const defaults = parse(readFileSync(join(folder, "values.yaml"), "utf8"));
const schema = JSON.parse(readFileSync(join(folder, "values.schema.json"), "utf8"));
const isValid = (values: object): boolean => Check(schema, values);

const least = {
  ...defaults,
  image: { ...defaults.image, repository: "registry.example.com/certmill" },
  database: { ...defaults.database, secret: "certmill-database" },
  keys: { ...defaults.keys, secret: "certmill-keys" },
};

const whole = {
  ...least,
  imagePullSecrets: [{ name: "registry" }],
  adminToken: { secret: "certmill-admin", key: "token" },
  settings: { CERTMILL_INGRESS_ADDRESSES: "192.0.2.10", CERTMILL_WORKER_CONCURRENCY: "64" },
  challenge: {
    ingress: { ...defaults.challenge.ingress, enabled: true, className: "nginx" },
    httpRoute: { ...defaults.challenge.httpRoute, enabled: true },
  },
  edge: { ...defaults.edge, enabled: true, tokenSecret: "certmill-edge", prove: "ingress.example.com:443" },
  networkPolicy: { enabled: true, apiFrom: [{ namespaceSelector: {} }] },
};

interface Rendered {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  /** Of whichever kind it is. */
  readonly spec: Workload & ServiceSpec & RouteSpec;
}

interface Named {
  readonly name: string;
}

interface Workload {
  readonly selector: { readonly matchLabels: Labels };
  readonly template: {
    readonly metadata: { readonly labels: Labels; readonly annotations: Labels };
    readonly spec: {
      readonly enableServiceLinks: boolean;
      readonly securityContext: { readonly runAsNonRoot: boolean };
      readonly containers: readonly [Container];
      readonly volumes: readonly Named[];
    };
  };
}

interface Container {
  readonly securityContext: object;
  readonly env?: readonly Named[];
  readonly ports: readonly object[];
  readonly volumeMounts: readonly Named[];
}

interface ServiceSpec {
  readonly ports: readonly [{ readonly name: string; readonly port: number; readonly targetPort: string }];
}

/** An Ingress has paths, an HTTPRoute references. */
interface RouteSpec {
  readonly rules: readonly [
    {
      readonly http: {
        readonly paths: readonly [
          { readonly backend: { readonly service: { readonly name: string; readonly port: Named } } },
        ];
      };
      readonly backendRefs: readonly [{ readonly name: string; readonly port: number }];
    },
  ];
}

type Labels = Readonly<Record<string, string>>;

const render = (values: object): readonly Rendered[] =>
  renderChart(folder, values, { Name: "cm", Namespace: "shops" }) as readonly Rendered[];

const deployments = (values: object) => render(values).filter(({ kind }) => kind === "Deployment");

describe.each([
  ["the least that it takes", least],
  ["all there is", whole],
])("%s", (_, values) => {
  test("makes objects that fit the schema, each once", () => {
    expect(isValid(values), JSON.stringify(Errors(schema, values))).toBe(true);
    const objects = render(values);
    expect(
      objects.flatMap((object) => objectFaults(object).map((fault) => `${object.kind} ${fault}`)),
    ).toEqual([]);
    const ids = objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test("nobody is root, writes to its image, or has another's volume; selectors find their pods", () => {
    for (const { spec } of deployments(values)) {
      const { containers, securityContext, volumes, enableServiceLinks } = spec.template.spec;
      expect(enableServiceLinks, "the variables of a Service would be taken for settings").toBe(false);
      expect(securityContext.runAsNonRoot).toBe(true);
      expect(spec.template.metadata.labels).toMatchObject(spec.selector.matchLabels);
      for (const container of containers) {
        expect(container.securityContext).toMatchObject({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ["ALL"] },
        });
        const names = volumes.map(({ name }) => name);
        for (const { name } of container.volumeMounts) expect(names).toContain(name);
      }
    }
  });

  test("services and routes lead to ports that there are", () => {
    const objects = render(values);
    const find = (kind: string, name: string) =>
      objects.find((object) => object.kind === kind && object.metadata.name === name);
    for (const { spec } of objects.filter(({ kind }) => kind === "Service")) {
      const pods = deployments(values).filter(({ spec: { template } }) =>
        Object.entries<unknown>(spec.selector).every(
          ([key, value]) => template.metadata.labels[key] === value,
        ),
      );
      expect(pods).toHaveLength(1);
      expect(pods[0]?.spec.template.spec.containers[0].ports[0]).toMatchObject({
        name: spec.ports[0].targetPort,
        containerPort: spec.ports[0].port,
      });
    }
    const backend = find("Ingress", "cm-challenge")?.spec.rules[0].http.paths[0].backend.service;
    if (backend !== undefined)
      expect(find("Service", backend.name)?.spec.ports[0].name).toBe(backend.port.name);
    const reference = find("HTTPRoute", "cm-challenge")?.spec.rules[0].backendRefs[0];
    if (reference !== undefined)
      expect(find("Service", reference.name)?.spec.ports[0].port).toBe(reference.port);
  });
});

test("what is not asked for is not there", () => {
  const kinds = new Set(render(least).map(({ kind }) => kind));
  expect(kinds).toEqual(new Set(["ConfigMap", "Deployment", "PodDisruptionBudget", "Service"]));
  expect(deployments(least).map(({ metadata }) => metadata.name)).toEqual([
    "cm-api",
    "cm-responder",
    "cm-worker",
  ]);
});

test("the agent may do what its driver does, in its namespace, and nothing else", () => {
  const objects = render(whole);
  const role = objects.find(({ kind }) => kind === "Role") as unknown as {
    readonly rules: readonly unknown[];
  };
  expect(role.rules).toEqual([
    { apiGroups: [""], resources: ["secrets"], verbs: ["list", "create", "patch", "delete"] },
    { apiGroups: [""], resources: ["namespaces"], verbs: ["get"], resourceNames: ["shops"] },
  ]);
  expect(objects.filter(({ kind }) => kind.startsWith("Cluster"))).toEqual([]);
});

test("settings are the server's, and another value of one is other pods", () => {
  const known = new Set(settingNames.map(environmentName));
  const used = deployments(whole).flatMap(({ spec }) =>
    (spec.template.spec.containers[0].env ?? []).map(({ name }) => name),
  );
  expect(used.filter((name) => !known.has(name))).toEqual([]);
  const annotation = (values: object) => deployments(values)[0]?.spec.template.metadata.annotations;
  expect(annotation(whole)).not.toEqual(annotation({ ...whole, settings: {} }));
});

test.each([
  [{ ...least, database: defaults.database }, /database\.secret is missing/],
  [{ ...least, keys: defaults.keys }, /keys\.secret is missing/],
  [{ ...least, image: defaults.image }, /image\.repository is missing/],
  [{ ...least, edge: { ...defaults.edge, enabled: true } }, /edge\.tokenSecret is missing/],
])("what is missing is told (%#)", (values, message) => {
  expect(() => render(values)).toThrow(message);
});

test.each([
  { ...least, api: { replica: 1 } },
  { ...least, settings: { CERTMILL_ROLES: "api" } },
  { ...least, settings: { CERTMILL_WORKER_CONCURRENCY: 64 } },
  { ...least, database: { url: "postgresql://" } },
])("values of another shape are refused (%#)", (values) => {
  expect(isValid(values)).toBe(false);
});
