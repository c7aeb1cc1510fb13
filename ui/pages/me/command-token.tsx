import { useState } from "preact/hooks";
import { call, post } from "../../client/api.ts";
import { Failed } from "../../client/denied.tsx";
import { numberIn, objectIn, textIn } from "../../client/read-json.ts";
import { useSession } from "../../client/session.ts";
import { useStage } from "../../client/stage.ts";
import { useAct, useReturn } from "../../client/use-act.ts";
import { Button, Checkbox, Code, durationText, Note, SecretValue, Section, Select, toast } from "../../kit/index.ts";
import { me } from "../../texts/me.ts";
import { shellCommands } from "./commands.ts";

/**
 * A token for a terminal, made below this session's. It is in this component's memory alone and goes with the page, or
 * with the session that it was made below; the session's own token never leaves the worker.
 */

interface Made {
  readonly token: string;
  readonly seconds: number;
  /** Made below a token that a lock revokes, and this one with it. */
  readonly tied: boolean;
}

const words = me.command;

const Shown = ({ made, onRevoked }: { readonly made: Made; readonly onRevoked: () => void }) => {
  const { busy, failure, act } = useAct();
  const revoke = async (): Promise<void> => {
    const request = { method: "POST", path: "auth/token/revoke-self", body: "{}", as: { token: made.token } } as const;
    if (!(await act(() => call(request)))) return;
    toast(words.revoked);
    onRevoked();
  };
  return (
    <>
      <Note kind="info">
        {words.made} {words.ends(durationText(made.seconds))}
      </Note>
      <SecretValue name={words.name} value={made.token} />
      <Code text={shellCommands(location.origin)} label={words.commands} copy />
      <p class="muted small">{words.hint}</p>
      <p>
        <Button kind="danger" busy={busy} onClick={() => void revoke()}>
          {words.revoke}
        </Button>
      </p>
      {failure && <Failed failure={failure} />}
    </>
  );
};

export const CommandToken = () => {
  const { may } = useSession();
  const stage = useStage();
  const ours = stage.is === "in" && stage.ours;
  const [ttl, setTtl] = useState("1h");
  const [orphan, setOrphan] = useState(false);
  const [made, setMade] = useState<Made>();
  const { busy, failure, act } = useAct();
  useReturn(async (locked) => {
    if (!made) return;
    const gone = (): void => setMade((now) => (now === made ? undefined : now));
    if (locked && made.tied) return gone();
    const as = { token: made.token };
    const answer = await call({ method: "GET", path: "auth/token/lookup-self", as });
    if (!answer.ok && answer.kind === "denied") gone();
  });
  const mayCreate = may("auth/token/create", "update");
  const mayOrphan = may("auth/token/create-orphan", "update");
  if (!mayCreate && !mayOrphan) return null;
  const alone = mayOrphan && (orphan || !mayCreate);
  const make = async (): Promise<void> => {
    const path = alone ? "auth/token/create-orphan" : "auth/token/create";
    const answer = await act(() => post(path, { ttl, explicit_max_ttl: ttl, display_name: "command-line" }));
    if (!answer) return;
    const auth = objectIn(answer.json, "auth");
    setMade({ token: textIn(auth, "client_token"), seconds: numberIn(auth, "lease_duration"), tied: ours && !alone });
  };
  return (
    <Section title={words.title}>
      <p class="muted">
        {words.text} {!alone && (ours ? words.tied : words.tiedToToken)}
      </p>
      {made ? (
        <Shown made={made} onRevoked={() => setMade(undefined)} />
      ) : (
        <form
          class="me-token"
          onSubmit={(event) => {
            event.preventDefault();
            void make();
          }}
        >
          <Select label={words.ttl} value={ttl} onChange={setTtl} options={words.ttls} />
          {mayCreate && mayOrphan && <Checkbox label={words.orphan} checked={orphan} onChange={setOrphan} />}
          <Button type="submit" busy={busy}>
            {words.make}
          </Button>
        </form>
      )}
      {failure && <Failed failure={failure} />}
    </Section>
  );
};
