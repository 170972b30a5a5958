/** The CAs that a request names for its domains, the preferred one first. */
import type { NewDomain } from "@certmill/api";
import type { Db } from "../../store/database.ts";
import { type CaRow, findCa } from "../../store/read/cas.ts";
import { Refusal } from "../refusal.ts";

/** One name, or several in order of preference. */
export type WantedCas = NonNullable<NewDomain["ca"]>;

/** @throws {Refusal} `ca-missing` for a name that is no CA's. */
export async function readCas(db: Db, wanted: WantedCas): Promise<readonly [CaRow, ...CaRow[]]> {
  const [first, ...others] = typeof wanted === "string" ? [wanted] : wanted;
  if (first === undefined) throw new Refusal("ca-missing", "No CA was named.");
  const preferred = await find(db, first);
  const further: CaRow[] = [];
  for (const name of others) further.push(await find(db, name));
  return [preferred, ...further];
}

async function find(db: Db, name: string): Promise<CaRow> {
  const ca = await findCa(db, name);
  if (ca === null) throw new Refusal("ca-missing", `There is no CA "${name}".`);
  return ca;
}
