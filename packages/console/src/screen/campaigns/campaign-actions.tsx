import { type Campaign, operations } from "@certmill/api";
import { useState } from "react";
import { Button } from "../../kit/button.tsx";
import { ConfirmDialog } from "../../kit/confirm-dialog.tsx";
import { useAct } from "../../server/act.ts";
import { useMay } from "../../server/session.ts";
import { counted } from "../../text/number.ts";

/** Start, pause, resume, cancel: what the campaign's state allows. */
export function CampaignActions({ campaign }: { readonly campaign: Campaign }) {
  const { name, state, certificates } = campaign;
  const may = useMay();
  const [isAsked, setAsked] = useState(false);
  const start = useAct(operations.startCampaign, { done: "The first wave begins." });
  const pause = useAct(operations.pauseCampaign, { done: "No further order begins." });
  const resume = useAct(operations.resumeCampaign, { done: "It goes on." });
  const cancel = useAct(operations.cancelCampaign, { done: "The campaign is cancelled." });
  if (!may(operations.startCampaign)) return null;
  const input = { params: { name } };
  const left = certificates.total - certificates.issued;
  return (
    <>
      {state === "importing" ? (
        <Button look="main" icon="play" busy={start.isPending} onClick={() => start.mutate(input)}>
          Start
        </Button>
      ) : null}
      {state === "running" ? (
        <Button icon="pause" busy={pause.isPending} onClick={() => pause.mutate(input)}>
          Pause
        </Button>
      ) : null}
      {state === "paused" ? (
        <Button look="main" icon="play" busy={resume.isPending} onClick={() => resume.mutate(input)}>
          Resume
        </Button>
      ) : null}
      {state === "cancelled" || state === "done" ? null : (
        <Button look="danger" onClick={() => setAsked(true)}>
          Cancel
        </Button>
      )}
      <ConfirmDialog
        open={isAsked}
        onClose={() => setAsked(false)}
        title={`Cancel the campaign ${name}`}
        act="Cancel the campaign"
        typed={name}
        busy={cancel.isPending}
        onConfirm={() => cancel.mutate(input, { onSuccess: () => setAsked(false) })}
      >
        <p>
          What has a certificate stays and is renewed. {counted(left, "certificate has", "certificates have")}{" "}
          not been issued: their domains are removed. It cannot be undone.
        </p>
      </ConfirmDialog>
    </>
  );
}
