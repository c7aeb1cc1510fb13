import { useState } from "preact/hooks";
import { call, type Failure, get } from "../../client/api.ts";
import { Failed } from "../../client/denied.tsx";
import { numberIn, objectIn, textIn } from "../../client/read-json.ts";
import { useAct } from "../../client/use-act.ts";
import { Button, Code, copySecret, durationText, Section, Select, useShown } from "../../kit/index.ts";
import { access } from "../../texts/access.ts";
import { loginCommands } from "./commands.ts";

/**
 * Hands an application its secret id without ever having it: the server wraps it, and the commands unwrap it where the
 * application runs. The wrapping token in them is a secret until it is used: dots until shown.
 */

const words = access.applications;

interface Made {
  readonly roleId: string;
  readonly token: string | undefined;
  /** Seconds. */
  readonly within: number;
}

interface HandOutProps {
  /** With its slash at the end, without `auth/`. */
  readonly mount: string;
  readonly name: string;
  readonly needsSecret: boolean;
}

const MASKED = "••••••••";

const Commands = ({ made, mount }: { readonly made: Made; readonly mount: string }) => {
  const [shown, show] = useShown();
  const left = durationText(made.within);
  const text = (token: string | undefined): string =>
    loginCommands({
      origin: location.origin,
      mount,
      roleId: made.roleId,
      wrappingToken: token,
      remark: words.remark(left),
    });
  const masked = made.token === undefined ? text(undefined) : text(MASKED).replace(`'${MASKED}'`, MASKED);
  return (
    <>
      {made.token !== undefined && <p>{words.run(left)}</p>}
      <Code text={shown ? text(made.token) : masked} label={words.commands} />
      <div class="actions">
        <Button kind="primary" icon="copy" onClick={() => void copySecret(text(made.token), words.commands)}>
          {words.copy}
        </Button>
        {made.token !== undefined && (
          <Button
            icon={shown ? "hide" : "show"}
            label={shown ? words.hideLabel : words.showLabel}
            onClick={() => show(!shown)}
          >
            {shown ? words.hide : words.show}
          </Button>
        )}
      </div>
    </>
  );
};

export const HandOut = ({ mount, name, needsSecret }: HandOutProps) => {
  const [ttl, setTtl] = useState("10m");
  const { busy, failure, act } = useAct();
  const [made, setMade] = useState<Made>();
  const role = `auth/${mount}role/${name}`;
  const prepare = async (): Promise<Failure | Made> => {
    const id = await get(`${role}/role-id`);
    if (!id.ok) return id;
    const roleId = textIn(id.data, "role_id");
    if (!needsSecret) return { roleId, token: undefined, within: 0 };
    const wrapped = await call({ method: "POST", path: `${role}/secret-id`, body: "{}", wrapTtl: ttl });
    if (!wrapped.ok) return wrapped;
    const info = objectIn(wrapped.json, "wrap_info");
    return { roleId, token: textIn(info, "token"), within: numberIn(info, "ttl") };
  };
  const make = async (): Promise<void> => setMade(await act(prepare));
  return (
    <Section title={words.secret}>
      <p class="muted">{needsSecret ? words.secretText : words.noSecret}</p>
      <form
        class="access-make"
        onSubmit={(event) => {
          event.preventDefault();
          void make();
        }}
      >
        {needsSecret && <Select label={words.within} value={ttl} onChange={setTtl} options={words.withins} />}
        <Button type="submit" busy={busy}>
          {words.make}
        </Button>
      </form>
      {failure && <Failed failure={failure} />}
      {made && <Commands key={made.token} made={made} mount={mount} />}
    </Section>
  );
};
