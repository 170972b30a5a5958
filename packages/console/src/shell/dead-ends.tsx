import { type ErrorComponentProps, Link, useRouter } from "@tanstack/react-router";
import { Button } from "../kit/button.tsx";
import { Notice } from "../kit/notice.tsx";
import { Screen } from "../kit/screen.tsx";
import { sentenceOf } from "../server/act.ts";

/** An address that leads to no screen. */
export function NoSuchScreen() {
  return (
    <Screen title="No such page" lead="The console has no page at this address.">
      <p>
        <Link to="/">Go to the overview</Link>
      </p>
    </Screen>
  );
}

/** A screen that could not be shown, with what is known of why. */
export function Broken({ error }: ErrorComponentProps) {
  const router = useRouter();
  return (
    <Screen title="This page could not be shown">
      <Notice tone="bad" title={sentenceOf(error)}>
        <Button icon="again" onClick={() => void router.invalidate()}>
          Try again
        </Button>
      </Notice>
    </Screen>
  );
}
