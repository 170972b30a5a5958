import { Button } from "./button.tsx";
import { CopyButton } from "./copy-button.tsx";

interface SecretOnceProps {
  readonly secret: string;
  readonly onDone: () => void;
}

/** A secret that is shown this once. */
export function SecretOnce({ secret, onDone }: SecretOnceProps) {
  return (
    <div className="dialog-form">
      <p>This is its secret. It is shown this once: keep it where the receiver finds it.</p>
      <pre className="for-customer" tabIndex={0} role="region" aria-label="The secret">
        {secret}
      </pre>
      <footer className="dialog-foot">
        <CopyButton text={secret}>Copy the secret</CopyButton>
        <Button look="main" onClick={onDone}>
          I have kept it
        </Button>
      </footer>
    </div>
  );
}
