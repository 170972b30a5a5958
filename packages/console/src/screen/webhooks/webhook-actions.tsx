import { operations, type Webhook } from "@certmill/api";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { ActButton } from "../../kit/act-button.tsx";
import { ConfirmButton } from "../../kit/confirm-button.tsx";
import { DialogButton } from "../../kit/dialog-button.tsx";
import { DialogForm } from "../../kit/dialog-form.tsx";
import { TextField } from "../../kit/field.tsx";
import { PauseButton } from "../../kit/pause-button.tsx";
import { useAct } from "../../server/act.ts";

/** Test, pause, resume, replay, remove: what the webhook's state allows. */
export function WebhookActions({ webhook: { id, url, state } }: { readonly webhook: Webhook }) {
  const navigate = useNavigate();
  const input = { params: { id } };
  return (
    <>
      <ActButton
        operation={operations.testWebhook}
        input={input}
        done={({ taken, detail }) => (taken ? "It took the test message." : `It did not take it: ${detail}`)}
        label="Send a test"
      />
      <PauseButton
        state={state === "paused" || state === "disabled" ? "paused" : "running"}
        pause={operations.pauseWebhook}
        resume={operations.resumeWebhook}
        input={input}
        told={["It is paused, and keeps its place.", "It goes on from its place."]}
      />
      <DialogButton
        needs={operations.replayWebhook}
        label="Replay"
        title="Send it again what it was sent"
        icon="again"
      >
        {(close) => <ReplayForm id={id} onDone={close} />}
      </DialogButton>
      <ConfirmButton
        operation={operations.removeWebhook}
        input={input}
        done="It is removed."
        label="Remove"
        look="danger"
        title="Remove the webhook"
        act="Remove it"
        typed={new URL(url).host}
        onDone={() => void navigate({ to: "/webhooks" })}
      >
        <p>{url} is told no more, and its secret is destroyed. It cannot be undone.</p>
      </ConfirmButton>
    </>
  );
}

const hour = 60 * 60 * 1_000;

function ReplayForm({ id, onDone }: { readonly id: string; readonly onDone: () => void }) {
  const [from, setFrom] = useState(() => `${new Date(Date.now() - hour).toISOString().slice(0, 19)}Z`);
  const replay = useAct(operations.replayWebhook, { done: "It is sent again from there." });
  return (
    <DialogForm
      act="Replay"
      busy={replay.isPending}
      onCancel={onDone}
      onSubmit={() => replay.mutate({ params: { id }, body: { from } }, { onSuccess: onDone })}
    >
      <TextField
        label="From"
        value={from}
        onValue={setFrom}
        required
        hint="An instant, a message's cursor, or now: what waits is then left out. Messages keep their ids."
      />
    </DialogForm>
  );
}
