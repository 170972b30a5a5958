import { setImmediate } from "node:timers/promises";
import {
  type messages as backend,
  PGlite,
  parse,
  protocol,
  type QueryOptions,
  type Results,
  type Transaction,
} from "@electric-sql/pglite";
import { columnsChanged, StatementNames } from "./statement-names.ts";

const { serialize } = protocol;

/** Statements run before the first time that all are planned anew. */
const first = 100;
/** Milliseconds after which they are in any case. */
const longest = 60_000;

/** Milliseconds of statements, one after the other, until the process looks at its sockets and timers between two of them. */
const longestBurst = 5;

/** A statement as the database has it. */
interface Prepared {
  readonly parameters: readonly number[];
  /** What its rows are made of, as it is told. */
  readonly described: backend.BackendMessage[];
}

/**
 * The embedded database, which prepares the statements that come again and again, as {@link PreparingClient} has
 * PostgreSQL do: of what it does, more than half was parsing and planning. PGlite's own `query` makes a statement without a name at each call.
 *
 * A plan made while a table was small is no good when it has grown, and its statistics may be ten minutes old: all are made anew
 * when twice as many statements have been run as at the last time, or a minute has gone. Not for two at once: Kysely
 * gives this one connection to one statement, or one transaction, after the other.
 */
export class PreparingPGlite extends PGlite {
  readonly #names = new StatementNames();
  readonly #prepared = new Map<string, Prepared>();
  #run = 0;
  #turnedAt = performance.now();
  #renewAt = { run: first, time: performance.now() + longest };

  override async query<T>(text: string, values?: unknown[], options?: QueryOptions): Promise<Results<T>> {
    await this.#renewWhenOld();
    return await this.#query<T>(text, values, options, () => super.query<T>(text, values, options));
  }

  override async transaction<T>(task: (trx: Transaction) => Promise<T>): Promise<T> {
    await this.#renewWhenOld();
    return await super.transaction(async (trx) => {
      const query = <R>(text: string, values?: unknown[], options?: QueryOptions) =>
        this.#query<R>(text, values, options, () => trx.query<R>(text, values, options));
      // Its other members are its own.
      return await task(Object.create(trx, { query: { value: query } }) as Transaction);
    });
  }

  async #query<T>(
    text: string,
    values: unknown[] | undefined,
    options: QueryOptions | undefined,
    asItIs: () => Promise<Results<T>>,
  ): Promise<Results<T>> {
    await this.#giveTurn();
    this.#run += 1;
    const name = this.#names.nameOf(text);
    if (name === null) return await asItIs();
    return await this.runExclusive(() => this.#runPrepared<T>({ name, text }, values ?? [], options));
  }

  /** The extended query protocol, with a named statement (PostgreSQL's manual, section "Extended Query"). */
  async #runPrepared<T>(
    { name, text }: { readonly name: string; readonly text: string },
    values: readonly unknown[],
    options: QueryOptions | undefined,
  ): Promise<Results<T>> {
    const heard: backend.BackendMessage[] = [];
    try {
      const { parameters, described } = this.#prepared.get(name) ?? (await this.#prepare(name, text));
      const written = values.map((value, index) => this.#write(value, parameters[index]));
      heard.push(...described);
      for (const message of [serialize.bind({ statement: name, values: written }), serialize.execute({})])
        heard.push(...(await this.#say(message)));
    } catch (error) {
      if (isColumnsChanged(error)) this.#forget();
      throw error;
    } finally {
      heard.push(...(await this.#say(serialize.sync())));
    }
    if (!this.isInTransaction()) await this.syncToFs();
    const [results] = parse.parseResults(heard, this.parsers, options);
    return results as Results<T>;
  }

  async #prepare(name: string, text: string): Promise<Prepared> {
    await this.#say(serialize.parse({ name, text }));
    const described = await this.#say(serialize.describe({ type: "S", name }));
    const prepared = { parameters: parse.parseDescribeStatementResults(described), described };
    this.#prepared.set(name, prepared);
    return prepared;
  }

  #write(value: unknown, type: number | undefined): string | null {
    if (value === null || value === undefined) return null;
    const serializer = type === undefined ? undefined : this.serializers[type];
    if (serializer !== undefined) return serializer(value);
    return typeof value === "string" ? value : JSON.stringify(value);
  }

  async #say(message: Uint8Array): Promise<backend.BackendMessage[]> {
    return await this.execProtocolStream(message, { syncToFs: false });
  }

  /**
   * The database is in this process, and waits for nothing: who awaits a statement's end goes on, to the next statement, before
   * anything else has its turn. With enough to do no challenge, no request and no timer would have one for seconds.
   */
  async #giveTurn(): Promise<void> {
    if (performance.now() - this.#turnedAt < longestBurst) return;
    await setImmediate();
    this.#turnedAt = performance.now();
  }

  async #renewWhenOld(): Promise<void> {
    const now = performance.now();
    if (this.#run < this.#renewAt.run && now < this.#renewAt.time) return;
    this.#renewAt = { run: Math.max(2 * this.#run, first), time: now + longest };
    this.#forget();
    await this.exec("deallocate all");
  }

  #forget(): void {
    this.#names.renew();
    this.#prepared.clear();
  }
}

const isColumnsChanged = (error: unknown): boolean =>
  error instanceof Error && "code" in error && error.code === columnsChanged;
