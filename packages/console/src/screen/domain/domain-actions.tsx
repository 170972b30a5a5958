import { type Domain, operations } from "@certmill/api";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { ActButton } from "../../kit/act-button.tsx";
import { ConfirmButton } from "../../kit/confirm-button.tsx";
import { CheckField } from "../../kit/field.tsx";
import { PauseButton } from "../../kit/pause-button.tsx";
import { counted } from "../../text/number.ts";

/** What can be done for one domain now; what cannot be undone asks for its name first. */
export function DomainActions({ domain }: { readonly domain: Domain }) {
  const { name, state, certificate } = domain;
  if (state === "removed") return null;
  const input = { params: { name } };
  return (
    <>
      <ActButton
        operation={operations.checkDomain}
        input={input}
        done={checkedWords}
        label="Check now"
        icon="search"
      />
      <ActButton
        operation={operations.retryDomain}
        input={input}
        done={certificate === null ? "Its certificate is ordered now." : "A new certificate is ordered now."}
        label={certificate === null ? "Order now" : "Reissue"}
        icon="again"
      />
      <PauseButton
        state={state === "paused" ? "paused" : "running"}
        pause={operations.pauseDomain}
        resume={operations.resumeDomain}
        input={input}
        told={["Nothing is ordered for it until it is resumed.", "It goes on."]}
      />
      {certificate === null ? null : (
        <RevokeButton name={name} issuer={certificate.issuer} serial={certificate.serial} />
      )}
      <RemoveButton domain={domain} />
    </>
  );
}

function checkedWords({ check }: Domain): string {
  const faults = check?.findings.filter(({ weight }) => weight === "fault").length ?? 0;
  return faults === 0 ? "Checked: all is right." : `Checked: ${faults} to change.`;
}

interface RevokeButtonProps {
  readonly name: string;
  readonly issuer: string;
  readonly serial: string;
}

function RevokeButton({ name, issuer, serial }: RevokeButtonProps) {
  return (
    <ConfirmButton
      operation={operations.requestRevocations}
      input={{ body: { serials: [serial], reason: "unspecified", now: true } }}
      done="The CA is told to revoke it."
      label="Revoke"
      look="danger"
      title={`Revoke the certificate of ${name}`}
      act="Revoke it"
      typed={name}
    >
      <p>
        {issuer} is told that its certificate {serial.slice(0, 16)}… is no longer good. Browsers will refuse
        it while the edges still serve it. It cannot be undone.
      </p>
      <p>“Reissue” first replaces it; once the new one is served, nobody notices that the old one goes.</p>
    </ConfirmButton>
  );
}

function RemoveButton({ domain: { name, names } }: { readonly domain: Domain }) {
  const navigate = useNavigate();
  const [withRevocation, setRevocation] = useState(false);
  return (
    <ConfirmButton
      operation={operations.removeDomain}
      input={{ params: { name }, query: { revoke: withRevocation } }}
      done={removedWords}
      label="Remove"
      look="danger"
      icon="removed"
      title={`Remove ${name}`}
      act="Remove it"
      typed={name}
      onDone={() => void navigate({ to: "/domains" })}
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
    </ConfirmButton>
  );
}

const removedWords = ({ staysValid }: { readonly staysValid: readonly unknown[] }): string =>
  staysValid.length === 0
    ? "It is removed."
    : `It is removed. ${counted(staysValid.length, "certificate stays valid at its CA until it expires", "certificates stay valid at their CA until they expire")}.`;
