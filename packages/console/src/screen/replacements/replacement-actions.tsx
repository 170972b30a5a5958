import { operations, type Replacement } from "@certmill/api";
import { ConfirmButton } from "../../kit/confirm-button.tsx";
import { PauseButton } from "../../kit/pause-button.tsx";
import { counted } from "../../text/number.ts";
import { CancelButton } from "../course/cancel-button.tsx";

/** Start, pause, resume, cancel: what the replacement's state allows. */
export function ReplacementActions({ replacement }: { readonly replacement: Replacement }) {
  const { id, state, certificates, thenRevoke } = replacement;
  const input = { params: { id } };
  const left = certificates.total - certificates.replaced - certificates.dropped;
  return (
    <>
      {state === "draft" && certificates.total > 0 ? (
        <ConfirmButton
          operation={operations.startReplacement}
          input={input}
          done="It is begun."
          label="Start"
          look="main"
          title="Start the replacement"
          act={`Replace ${counted(certificates.total, "certificate")}`}
          typed={null}
        >
          <p>
            {counted(certificates.total, "certificate is", "certificates are")} ordered anew for the same
            names, before all other work, as fast as the limits allow. Customers who wait still get theirs.
          </p>
          {thenRevoke ? <p>Each is revoked once its successor is served. That cannot be undone.</p> : null}
        </ConfirmButton>
      ) : null}
      <PauseButton
        state={state}
        pause={operations.pauseReplacement}
        resume={operations.resumeReplacement}
        input={input}
        told={[
          "No further certificate becomes due; what stands in line is ordered.",
          "It goes on where it was.",
        ]}
      />
      <CancelButton
        state={state}
        operation={operations.cancelReplacement}
        input={input}
        what="the replacement"
        typed={null}
      >
        <p>
          What is replaced stays so; {counted(left, "certificate is", "certificates are")} left as they are
          and renewed in their time. It cannot be started again; another can.
        </p>
      </CancelButton>
    </>
  );
}
