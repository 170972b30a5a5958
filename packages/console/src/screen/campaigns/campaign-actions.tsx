import { type Campaign, operations } from "@certmill/api";
import { ActButton } from "../../kit/act-button.tsx";
import { ConfirmButton } from "../../kit/confirm-button.tsx";
import { PauseButton } from "../../kit/pause-button.tsx";
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
      <PauseButton
        is={state === "running" || state === "paused" ? state : "neither"}
        pause={operations.pauseCampaign}
        resume={operations.resumeCampaign}
        input={input}
        told={["No further order begins.", "It goes on."]}
      />
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
