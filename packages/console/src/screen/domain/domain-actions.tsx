import { type Domain, operations } from "@certmill/api";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { Button } from "../../kit/button.tsx";
import { ConfirmDialog } from "../../kit/confirm-dialog.tsx";
import { CheckField } from "../../kit/field.tsx";
import { useAct } from "../../server/act.ts";
import { useMay } from "../../server/session.ts";

type Question = "revoke" | "remove" | null;

/** What can be done for one domain now; what cannot be undone asks for its name first. */
export function DomainActions({ domain }: { readonly domain: Domain }) {
  const { name, state, certificate } = domain;
  const may = useMay();
  const [question, setQuestion] = useState<Question>(null);
  const check = useAct(operations.checkDomain, { done: checkedWords });
  const order = useAct(operations.retryDomain, {
    done: certificate === null ? "Its certificate is ordered now." : "A new certificate is ordered now.",
  });
  const pause = useAct(operations.pauseDomain, { done: "Nothing is ordered for it until it is resumed." });
  const resume = useAct(operations.resumeDomain, { done: "It goes on." });
  const close = () => setQuestion(null);
  if (state === "removed") return null;
  return (
    <>
      {may(operations.checkDomain) ? (
        <Button icon="search" busy={check.isPending} onClick={() => check.mutate({ params: { name } })}>
          Check now
        </Button>
      ) : null}
      {may(operations.retryDomain) ? (
        <Button icon="again" busy={order.isPending} onClick={() => order.mutate({ params: { name } })}>
          {certificate === null ? "Order now" : "Reissue"}
        </Button>
      ) : null}
      {state === "paused" && may(operations.resumeDomain) ? (
        <Button icon="play" busy={resume.isPending} onClick={() => resume.mutate({ params: { name } })}>
          Resume
        </Button>
      ) : null}
      {state !== "paused" && may(operations.pauseDomain) ? (
        <Button icon="pause" busy={pause.isPending} onClick={() => pause.mutate({ params: { name } })}>
          Pause
        </Button>
      ) : null}
      {may(operations.requestRevocations) && certificate !== null ? (
        <Button look="danger" onClick={() => setQuestion("revoke")}>
          Revoke
        </Button>
      ) : null}
      {may(operations.removeDomain) ? (
        <Button look="danger" icon="removed" onClick={() => setQuestion("remove")}>
          Remove
        </Button>
      ) : null}
      <RevokeDialog domain={domain} open={question === "revoke"} onClose={close} />
      <RemoveDialog domain={domain} open={question === "remove"} onClose={close} />
    </>
  );
}

function checkedWords({ check }: Domain): string {
  const faults = check?.findings.filter(({ weight }) => weight === "fault").length ?? 0;
  return faults === 0 ? "Checked: all is right." : `Checked: ${faults} to change.`;
}

interface QuestionProps {
  readonly domain: Domain;
  readonly open: boolean;
  readonly onClose: () => void;
}

function RevokeDialog({ domain, open, onClose }: QuestionProps) {
  const { name, certificate } = domain;
  const revoke = useAct(operations.requestRevocations, { done: "The CA is told to revoke it." });
  if (certificate === null) return null;
  const body = { serials: [certificate.serial], reason: "unspecified" as const, now: true };
  return (
    <ConfirmDialog
      open={open}
      onClose={onClose}
      title={`Revoke the certificate of ${name}`}
      act="Revoke it"
      typed={name}
      busy={revoke.isPending}
      onConfirm={() => revoke.mutate({ body }, { onSuccess: onClose })}
    >
      <p>
        {certificate.issuer} is told that its certificate {certificate.serial.slice(0, 16)}… is no longer
        good. Browsers will refuse it while the edges still serve it. It cannot be undone.
      </p>
      <p>“Reissue” first replaces it; once the new one is served, nobody notices that the old one goes.</p>
    </ConfirmDialog>
  );
}

function RemoveDialog({ domain, open, onClose }: QuestionProps) {
  const { name, names } = domain;
  const navigate = useNavigate();
  const [withRevocation, setRevocation] = useState(false);
  const remove = useAct(operations.removeDomain, { done: removedWords });
  return (
    <ConfirmDialog
      open={open}
      onClose={onClose}
      title={`Remove ${name}`}
      act="Remove it"
      typed={name}
      busy={remove.isPending}
      onConfirm={() =>
        remove.mutate(
          { params: { name }, query: { revoke: withRevocation } },
          {
            onSuccess: () => {
              onClose();
              void navigate({ to: "/domains" });
            },
          },
        )
      }
    >
      <p>
        What is under way for it ends, its edges stop serving its certificate, and it is not renewed.
        {names.length > 1 ? ` All names of the certificate go: ${names.join(", ")}.` : ""}
      </p>
      <CheckField
        label="Also have its certificates revoked"
        checked={withRevocation}
        onValue={setRevocation}
      />
    </ConfirmDialog>
  );
}

const removedWords = ({ staysValid }: { readonly staysValid: readonly unknown[] }): string =>
  staysValid.length === 0
    ? "It is removed."
    : `It is removed. ${staysValid.length} of its certificates stay valid at their CA until they expire.`;
