import { operations } from "@certmill/api";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { Button } from "../../kit/button.tsx";
import { CheckField, SelectField, TextField } from "../../kit/field.tsx";
import { NameField } from "../../kit/name-field.tsx";
import { Notice } from "../../kit/notice.tsx";
import { Panel } from "../../kit/panel.tsx";
import { Screen } from "../../kit/screen.tsx";
import { ask } from "../../server/ask.ts";
import { count, counted } from "../../text/number.ts";
import { ListFileField } from "../list/list-file-field.tsx";
import { PlanResult } from "../plan/plan-result.tsx";
import { planOf, startingWish } from "../plan/wish.ts";
import { PreviewTable } from "./preview-table.tsx";
import { type Preview, useCampaignDraft } from "./use-campaign-draft.ts";

/** From a file to a campaign: what is wrong in it is shown before anything is sent, and when it would be done. */
export function NewCampaignScreen() {
  const draft = useCampaignDraft();
  const [settings, setSettings] = useState(emptySettings);
  const { preview, fault, progress } = draft;
  return (
    <Screen
      title="New campaign"
      lead="Choose a file. It is looked through by the server, and nothing is added before you say so."
    >
      <Panel title="1. The list">
        <div className="stack">
          <ListFileField onFile={(file) => void draft.choose(file)} />
          {fault === null ? null : <Notice tone="bad" title={fault} />}
          {progress === null ? null : <p role="status">{progress}</p>}
          {preview === null ? null : <PreviewTable preview={preview} />}
        </div>
      </Panel>
      {preview === null || preview.good === 0 ? null : (
        <>
          <Panel title="2. When it would be done">
            <PlanOf list={preview.list} packNames={Number(settings.packNames)} />
          </Panel>
          <Panel title="3. Settings">
            <SettingsForm settings={settings} onChange={setSettings} />
          </Panel>
          <div className="buttons">
            <Button
              look="main"
              busy={draft.isSending}
              disabled={settings.name === ""}
              onClick={() => void draft.send(settings)}
            >
              {`Create it with ${counted(preview.good, "row")}`}
            </Button>
            <span className="soft field-hint">
              It begins when you start it.{" "}
              {preview.rejected.length === 0 ? "" : `${count(preview.rejected.length)} rows are left out.`}
            </span>
          </div>
          <p className="small soft">
            Other settings are as in <Link to="/plan">the planner</Link> or{" "}
            <code>certmill campaign create --help</code>.
          </p>
        </>
      )}
    </Screen>
  );
}

export interface CampaignSettings {
  readonly name: string;
  readonly packNames: "1" | "10" | "50" | "100";
  readonly packAcrossTenants: boolean;
  readonly www: "usual" | "each" | "none";
  readonly perHour: string;
  readonly finishBy: string;
}

const emptySettings: CampaignSettings = {
  name: "",
  packNames: "1",
  packAcrossTenants: false,
  www: "usual",
  perHour: "",
  finishBy: "",
};

interface SettingsFormProps {
  readonly settings: CampaignSettings;
  readonly onChange: (settings: CampaignSettings) => void;
}

const packOptions = [
  { value: "1", label: "1: one each" },
  { value: "10", label: "10" },
  { value: "50", label: "50" },
  { value: "100", label: "100" },
] as const;

const wwwOptions = [
  { value: "usual", label: "registered domains" },
  { value: "each", label: "all rows" },
  { value: "none", label: "none" },
] as const;

function SettingsForm({ settings, onChange }: SettingsFormProps) {
  const put = (part: Partial<CampaignSettings>) => onChange({ ...settings, ...part });
  return (
    <div className="form">
      <NameField
        value={settings.name}
        onValue={(name) => put({ name })}
        hint="Letters, digits, dots, hyphens, underscores."
      />
      <SelectField
        label="Names in one certificate"
        value={settings.packNames}
        options={packOptions}
        onValue={(packNames) => put({ packNames })}
        hint="More spend fewer orders, and share one fate."
      />
      <SelectField
        label="Covered with their www."
        value={settings.www}
        options={wwwOptions}
        onValue={(www) => put({ www })}
        hint="Where it fails, it is left out."
      />
      <TextField
        label="Orders an hour at most"
        type="number"
        min={1}
        value={settings.perHour}
        onValue={(perHour) => put({ perHour })}
        hint="Empty: as the CAs allow."
      />
      <TextField
        label="Should be done by"
        type="date"
        value={settings.finishBy}
        onValue={(finishBy) => put({ finishBy })}
        hint="You are told when it will not be."
      />
      <div className="whole buttons">
        <CheckField
          label="Pack names of several tenants together"
          checked={settings.packAcrossTenants}
          onValue={(packAcrossTenants) => put({ packAcrossTenants })}
        />
      </div>
    </div>
  );
}

interface PlanOfProps {
  readonly list: Preview["list"];
  readonly packNames: number;
}

function PlanOf({ list, packNames }: PlanOfProps) {
  const query = useQuery(
    ask(operations.makePlan, { body: planOf({ ...startingWish, list, packNames }, []) }),
  );
  return <PlanResult query={query} />;
}
