/** An object of the API server's, and who owns which of its fields: server-side apply, as far as a Secret needs it. */

/** Values by path, such as `data.tls.crt`; each is owned by one writer or more. */
type Fields = ReadonlyMap<string, string>;

export interface Conflict {
  readonly manager: string;
  readonly field: string;
}

export interface SecretObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly type?: string;
  readonly metadata?: {
    readonly name?: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly data?: Readonly<Record<string, string>>;
}

export class StoredSecret {
  readonly name: string;
  readonly uid: string;
  resourceVersion = 0;
  readonly #values = new Map<string, string>();
  /** By `manager operation`. */
  readonly #owned = new Map<string, Set<string>>();

  constructor(name: string, uid: string) {
    this.name = name;
    this.uid = uid;
  }

  get data(): Readonly<Record<string, string>> {
    return this.#under("data");
  }

  get labels(): Readonly<Record<string, string>> {
    return this.#under("labels");
  }

  get type(): string | undefined {
    return this.#values.get("type");
  }

  /** What an apply without force may not change. */
  conflicts(manager: string, object: SecretObject): readonly Conflict[] {
    const own = `${manager} Apply`;
    return [...fieldsOf(object)].flatMap(([path, value]) =>
      this.#values.get(path) === value
        ? []
        : [...this.#owned]
            .filter(([owner, paths]) => owner !== own && paths.has(path))
            .map(([owner]) => ({ manager: owner.split(" ")[0] ?? "", field: `.${path}` })),
    );
  }

  /** The object is all that the manager wants: what it had and wants no more goes, if nobody else has it. */
  apply(manager: string, object: SecretObject): void {
    const wanted = fieldsOf(object);
    const own = `${manager} Apply`;
    for (const path of this.#owned.get(own) ?? []) {
      const isOthers = [...this.#owned].some(([owner, paths]) => owner !== own && paths.has(path));
      if (!wanted.has(path) && !isOthers) this.#values.delete(path);
    }
    for (const [path, value] of wanted) this.#values.set(path, value);
    this.#owned.set(own, new Set(wanted.keys()));
  }

  /** Whatever else writes takes what it changes from all who had it. */
  update(manager: string, object: SecretObject): void {
    const own = this.#owned.get(`${manager} Update`) ?? new Set();
    this.#owned.set(`${manager} Update`, own);
    for (const [path, value] of fieldsOf(object)) {
      if (this.#values.get(path) === value) continue;
      this.#values.set(path, value);
      for (const paths of this.#owned.values()) paths.delete(path);
      own.add(path);
    }
  }

  metadata(namespace: string): object {
    return {
      name: this.name,
      namespace,
      uid: this.uid,
      resourceVersion: String(this.resourceVersion),
      creationTimestamp: "2026-11-27T00:00:00Z",
      labels: this.labels,
      annotations: this.#under("annotations"),
      managedFields: [...this.#owned].map(([owner, paths]) => {
        const [manager, operation] = owner.split(" ");
        return { manager, operation, apiVersion: "v1", fieldsType: "FieldsV1", fieldsV1: fieldSet(paths) };
      }),
    };
  }

  #under(field: string): Readonly<Record<string, string>> {
    const entries = [...this.#values].filter(([path]) => path.startsWith(`${field}.`));
    return Object.fromEntries(entries.map(([path, value]) => [path.slice(field.length + 1), value]));
  }
}

function fieldsOf({ metadata, data = {}, type }: SecretObject): Fields {
  const under = (field: string, values: Readonly<Record<string, string>> = {}) =>
    Object.entries(values).map(([key, value]) => [`${field}.${key}`, value] as const);
  return new Map([
    ...under("labels", metadata?.labels),
    ...under("annotations", metadata?.annotations),
    ...under("data", data),
    ...(type === undefined ? [] : [["type", type] as const]),
  ]);
}

/** As `managedFields` writes it: `{"f:data": {"f:tls.crt": {}}}`. */
function fieldSet(paths: ReadonlySet<string>): object {
  const under = (field: string) =>
    Object.fromEntries(
      [...paths]
        .filter((path) => path.startsWith(`${field}.`))
        .map((path) => [`f:${path.slice(field.length + 1)}`, {}]),
    );
  return {
    "f:metadata": { "f:labels": under("labels"), "f:annotations": under("annotations") },
    "f:data": under("data"),
    ...(paths.has("type") ? { "f:type": {} } : {}),
  };
}
