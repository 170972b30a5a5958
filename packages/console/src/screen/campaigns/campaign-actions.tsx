import { type Campaign, operations } from "@certmill/api";
import { ActButton } from "../../kit/act-button.tsx";
import { PauseButton } from "../../kit/pause-button.tsx";
import { counted } from "../../text/number.ts";
import { CancelButton } from "../course/cancel-button.tsx";

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
        state={state}
        pause={operations.pauseCampaign}
        resume={operations.resumeCampaign}
        input={input}
        told={["No further order begins.", "It goes on."]}
      />
      <CancelButton
        state={state}
        operation={operations.cancelCampaign}
        input={input}
        what={`the campaign ${name}`}
        typed={name}
      >
        <p>
          What has a certificate stays and is renewed. {counted(left, "certificate has", "certificates have")}{" "}
          not been issued: their domains are removed. It cannot be undone.
        </p>
      </CancelButton>
    </>
  );
}
