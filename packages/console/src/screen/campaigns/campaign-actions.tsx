import { type Campaign, operations } from "@certmill/api";
import { ActButton } from "../../kit/act-button.tsx";
import { ConfirmButton } from "../../kit/confirm-button.tsx";
import { counted } from "../../text/number.ts";

/** Start, pause, resume, cancel: what the campaign's state allows. */
export function CampaignActions({ campaign }: { readonly campaign: Campaign }) {
  const { name, state, certificates } = campaign;
  const input = { params: { name } };
  const left = certificates.total - certificates.issued;
  return (
    <>
      {state === "importing" ? (
        <ActButton
          operation={operations.startCampaign}
          input={input}
          done="The first wave begins."
          label="Start"
          look="main"
          icon="play"
        />
      ) : null}
      {state === "running" ? (
        <ActButton
          operation={operations.pauseCampaign}
          input={input}
          done="No further order begins."
          label="Pause"
          icon="pause"
        />
      ) : null}
      {state === "paused" ? (
        <ActButton
          operation={operations.resumeCampaign}
          input={input}
          done="It goes on."
          label="Resume"
          look="main"
          icon="play"
        />
      ) : null}
      {state === "cancelled" || state === "done" ? null : (
        <ConfirmButton
          operation={operations.cancelCampaign}
          input={input}
          done="The campaign is cancelled."
          label="Cancel"
          look="danger"
          title={`Cancel the campaign ${name}`}
          act="Cancel the campaign"
          typed={name}
        >
          <p>
            What has a certificate stays and is renewed.{" "}
            {counted(left, "certificate has", "certificates have")} not been issued: their domains are
            removed. It cannot be undone.
          </p>
        </ConfirmButton>
      )}
    </>
  );
}
