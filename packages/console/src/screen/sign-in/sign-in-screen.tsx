import { ApiError, operations, type Session } from "@certmill/api";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { Asked } from "../../kit/asked.tsx";
import { Button } from "../../kit/button.tsx";
import { TextField } from "../../kit/field.tsx";
import { Notice } from "../../kit/notice.tsx";
import { sentenceOf } from "../../server/act.ts";
import { ask } from "../../server/ask.ts";
import { client } from "../../server/client.ts";
import { sessionQuery } from "../../server/session.ts";
import { providerFault } from "./provider-fault.ts";

/** Before everything else: with a name and a password, at the sign-in provider, or whichever the server takes. */
export function SignInScreen() {
  const { back, fault } = useSearch({ from: "/sign-in" });
  const options = useQuery(ask(operations.showSignInOptions, {}));
  const enter = useEnter(back);
  useEffect(() => {
    document.title = "Sign in · Certmill";
  }, []);
  return (
    <main className="sign-in">
      <div className="sign-in-box">
        <img src="/console/mark.svg" alt="" width="40" height="40" />
        <h1>Sign in to Certmill</h1>
        {fault === undefined ? null : <Notice tone="bad" title={providerFault(fault)} />}
        <Asked query={options} what="the ways to sign in">
          {({ local, oidc }) => (
            <>
              {oidc === null ? null : (
                <a className="button button-main button-wide" href={providerUrl(oidc.startPath, back)}>
                  Sign in with {oidc.name}
                </a>
              )}
              {oidc !== null && local ? <p className="sign-in-or">or with a password</p> : null}
              {local ? <PasswordForm onDone={enter} /> : null}
              {oidc === null && !local ? (
                <Notice tone="warn" title="Nobody can sign in here.">
                  <p>
                    Set a sign-in provider, or turn sign-in by password on: see docs/console in the manual.
                  </p>
                </Notice>
              ) : null}
            </>
          )}
        </Asked>
      </div>
    </main>
  );
}

function PasswordForm({ onDone }: { readonly onDone: (session: Session) => void }) {
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const signIn = useMutation({
    mutationFn: () => client.call(operations.signIn, { body: { name, password } }),
    onSuccess: onDone,
  });
  const fault = signIn.error === null ? null : refusalOf(signIn.error);
  return (
    <form
      className="sign-in-form"
      onSubmit={(event) => {
        event.preventDefault();
        signIn.mutate();
      }}
    >
      {fault === null ? null : <Notice tone="bad" title={fault} />}
      <TextField label="Name" value={name} onValue={setName} autoComplete="username" required autoFocus />
      <TextField
        label="Password"
        type="password"
        value={password}
        onValue={setPassword}
        autoComplete="current-password"
        required
      />
      <Button type="submit" look="main" busy={signIn.isPending}>
        Sign in
      </Button>
    </form>
  );
}

const refusalOf = (error: Error): string =>
  error instanceof ApiError && error.retryAfter !== null
    ? `${error.message} Try again in ${error.retryAfter} s.`
    : sentenceOf(error);

function useEnter(back: string | undefined): (session: Session) => void {
  const queries = useQueryClient();
  const navigate = useNavigate();
  return (session) => {
    queries.clear();
    queries.setQueryData(sessionQuery.queryKey, session);
    void navigate({ href: back ?? "/console/" });
  };
}

const providerUrl = (startPath: string, back: string | undefined): string =>
  `${startPath}?${new URLSearchParams({ return_to: `/console${back ?? "/"}` })}`;
