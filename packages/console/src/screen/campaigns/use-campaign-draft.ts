import { type DomainBatchRow, maxBatchRows, type NewPlan, operations, type RejectedRow } from "@certmill/api";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { sentenceOf } from "../../server/act.ts";
import { call } from "../../server/ask.ts";
import { count } from "../../text/number.ts";
import type { CampaignSettings } from "./new-campaign-screen.tsx";

export interface Preview {
  /** What a plan needs of the rows that go in. */
  readonly list: NewPlan["list"];
  readonly rows: readonly DomainBatchRow[];
  /** Rows that would be new. */
  readonly good: number;
  readonly unchanged: number;
  readonly rejected: readonly RejectedRow[];
}

/** A campaign that is being made: the file, what the server says of it, and sending it. */
export function useCampaignDraft() {
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [preview, setPreview] = useState<Preview | null>(null);
  const [fault, setFault] = useState<string | null>(null);
  const [progress, setProgress] = useState<string | null>(null);
  const [isSending, setSending] = useState(false);

  async function choose(file: File | null): Promise<void> {
    setPreview(null);
    setFault(null);
    if (file === null) return;
    try {
      setPreview(await lookThrough(await file.text(), setProgress));
    } catch (error) {
      setFault(sentenceOf(error));
    } finally {
      setProgress(null);
    }
  }

  async function send(settings: CampaignSettings): Promise<void> {
    if (preview === null) return;
    setSending(true);
    setFault(null);
    try {
      await createCampaign(settings, preview.rows, setProgress);
      await queries.invalidateQueries();
      await navigate({ to: "/campaigns/$name", params: { name: settings.name } });
    } catch (error) {
      setFault(sentenceOf(error));
    } finally {
      setSending(false);
      setProgress(null);
    }
  }

  return { preview, fault, progress, isSending, choose, send };
}

type Tell = (sentence: string) => void;

/** The server says of each row what would become of it, and changes nothing. */
async function lookThrough(text: string, tell: Tell): Promise<Preview> {
  const [{ readList }, { countRows }] = await Promise.all([
    import("../list/read-list.ts"),
    import("../list/count-rows.ts"),
  ]);
  const { rows, rejected } = readList(text);
  const faults = [...rejected];
  let [good, unchanged] = [0, 0];
  for (const [batch, sent] of batchesOf(rows)) {
    tell(`Looking through row ${count(sent)} of ${count(rows.length)} …`);
    const answer = await call(operations.addDomainBatch, { body: { rows: batch, dryRun: true } });
    good += answer.added;
    unchanged += answer.unchanged;
    faults.push(...answer.rejected);
  }
  const bad = new Set(faults.map(({ line }) => line));
  const left = rows.filter(({ line }) => !bad.has(line));
  const { list } = await countRows(left, [], (done) =>
    tell(`Counting row ${count(done)} of ${count(left.length)} …`),
  );
  return { list, rows: left, good, unchanged, rejected: faults };
}

/** A list that was sent in part can be sent again: what is there stays. */
async function createCampaign(
  settings: CampaignSettings,
  rows: readonly DomainBatchRow[],
  tell: Tell,
): Promise<void> {
  const { name, packNames, packAcrossTenants, perHour, finishBy, www } = settings;
  const companions = www === "usual" ? {} : { withWww: www === "each" };
  await call(operations.createCampaign, {
    body: {
      name,
      packNames: Number(packNames),
      packAcrossTenants,
      perHour: perHour === "" ? undefined : Number(perHour),
      finishBy: finishBy === "" ? undefined : `${finishBy}T23:59:59Z`,
    },
  });
  for (const [batch, sent] of batchesOf(rows)) {
    tell(`Sending row ${count(sent)} of ${count(rows.length)} …`);
    await call(operations.addCampaignDomains, { params: { name }, body: { rows: batch, ...companions } });
  }
}

function* batchesOf(
  rows: readonly DomainBatchRow[],
): Generator<readonly [readonly DomainBatchRow[], number]> {
  for (let from = 0; from < rows.length; from += maxBatchRows)
    yield [rows.slice(from, from + maxBatchRows), Math.min(rows.length, from + maxBatchRows)];
}
