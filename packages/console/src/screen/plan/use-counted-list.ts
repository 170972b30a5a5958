import type { RejectedRow } from "@certmill/api";
import { useRef, useState } from "react";
import { sentenceOf } from "../../server/act.ts";
import { count } from "../../text/number.ts";
import type { Wish } from "./wish.ts";

export interface CountedFile {
  readonly name: string;
  readonly list: NonNullable<Wish["list"]>;
  readonly rejected: readonly RejectedRow[];
}

/** A file that is counted as soon as it is chosen. One that is chosen meanwhile takes its place. */
export function useCountedList() {
  const [file, setFile] = useState<CountedFile | null>(null);
  const [fault, setFault] = useState<string | null>(null);
  const [progress, setProgress] = useState<string | null>(null);
  const latest = useRef<File | null>(null);

  async function choose(chosen: File | null): Promise<void> {
    latest.current = chosen;
    setFile(null);
    setFault(null);
    setProgress(chosen === null ? null : "Reading the list …");
    if (chosen === null) return;
    try {
      const counted = await countFile(chosen, (sentence) => {
        if (latest.current === chosen) setProgress(sentence);
      });
      if (latest.current === chosen) setFile(counted);
    } catch (error) {
      if (latest.current === chosen) setFault(sentenceOf(error));
    } finally {
      if (latest.current === chosen) setProgress(null);
    }
  }

  return { file, fault, progress, choose };
}

/** @throws when it is no list, or nothing in it is a name. */
async function countFile(file: File, tell: (sentence: string) => void): Promise<CountedFile> {
  const [{ readList }, { countRows }, text] = await Promise.all([
    import("../list/read-list.ts"),
    import("../list/count-rows.ts"),
    file.text(),
  ]);
  const { rows, rejected } = readList(text);
  const counted = await countRows(rows, rejected, (done) =>
    tell(`Counting row ${count(done)} of ${count(rows.length)} …`),
  );
  if (counted.list.domains === 0) {
    const [first] = counted.rejected;
    throw new Error(`There is no name in it that a public CA issues for. ${first?.reason ?? ""}`.trim());
  }
  return { name: file.name, ...counted };
}
