import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { MountShown } from "../../client/session.ts";
import { announce, Button, Note, Select } from "../../kit/index.ts";
import { signIn } from "../../texts/sign-in.ts";
import { Elsewhere } from "./elsewhere.tsx";
import { FactorForm } from "./factor-form.tsx";
import { Fields } from "./fields.tsx";
import { OtherWay } from "./other-way.tsx";
import type { Requirement } from "./outcome.ts";
import { useSignIn } from "./use-sign-in.ts";
import { fieldsOf, KINDS, type Kind, type Values, type Way, wayNamed, waysFor } from "./ways.ts";

/**
 * The form that signs in: on its page, and over a page whose session ended. What is typed into fields for secrets goes
 * to the worker and is forgotten here, whatever comes of it.
 */

interface SignInFormProps {
  readonly mounts: readonly MountShown[];
  /** A mount to begin with. */
  readonly first?: string | undefined;
  readonly backTo?: string | undefined;
  readonly aside?: boolean | undefined;
  readonly error?: string | undefined;
  /** Of a login that was begun before: what it still needs. */
  readonly requirement?: Requirement | undefined;
  /** Who was here last. */
  readonly name?: string | undefined;
  /** Next to the button. */
  readonly nextToIt?: ComponentChildren;
}

/** Names stay; what is secret goes. */
const withoutSecrets = ({ name, role, roleId }: Values): Values => ({
  ...(name !== undefined && { name }),
  ...(role !== undefined && { role }),
  ...(roleId !== undefined && { roleId }),
});

const useWays = (mounts: readonly MountShown[], first: string | undefined) => {
  const ways = waysFor(mounts);
  const [chosen, choose] = useState<string>();
  const way = ways.find(({ id }) => id === chosen) ?? wayNamed(ways, first) ?? ways[0];
  const [other, setOther] = useState<{ readonly kind: Kind; readonly mount: string }>({
    kind: "password",
    mount: first ?? "",
  });
  const effective: Way | undefined =
    way?.how === "other" ? { id: way.id, label: way.label, how: other.kind, mount: other.mount.trim() } : way;
  return { ways, way, choose, other, setOther, effective };
};

export const SignInForm = (props: SignInFormProps) => {
  const { mounts, first, backTo, aside = false, error, requirement, name, nextToIt } = props;
  const { ways, way, choose, other, setOther, effective } = useWays(mounts, first);
  const [values, setValues] = useState<Values>({ name });
  const { step, busy, submit, prove, waited, restart } = useSignIn({
    backTo,
    aside,
    error,
    requirement,
    onEnd: () => setValues(withoutSecrets),
  });
  const form = useRef<HTMLFormElement>(null);
  const said = step.is === "form" ? step.error : undefined;

  const fields = (): readonly HTMLInputElement[] => [...(form.current?.querySelectorAll("input") ?? [])];
  useEffect(() => {
    const all = fields();
    (all.find(({ value }) => value === "") ?? all[0])?.focus();
  }, [way?.id, step.is]);
  useEffect(() => {
    if (!said) return;
    announce(said);
    fields().at(-1)?.focus();
  }, [said]);

  if (!way || !effective) return undefined;
  if (step.is === "factor") {
    const refused = (status: number): string =>
      status === 0
        ? signIn.refused.network
        : status === 400 || status === 403
          ? signIn.refused.code
          : signIn.refused.unavailable;
    return (
      <FactorForm
        requirement={step.requirement}
        error={step.error}
        busy={busy}
        onProve={(codes) => void prove(step.requirement, codes, refused)}
        onBack={restart}
      />
    );
  }
  return (
    <form
      class="sign-in-form"
      ref={form}
      onSubmit={(event) => {
        event.preventDefault();
        void submit(effective, values, step.is === "few-uses");
      }}
    >
      <Select
        label={signIn.how}
        value={way.id}
        onChange={(id) => {
          // What a password manager filled in stays where nothing else is chosen.
          if (id === way.id) return;
          choose(id);
          setValues(withoutSecrets);
          restart();
        }}
        options={ways.map(({ id, label }) => ({ value: id, label }))}
      />
      {way.how === "other" && (
        <OtherWay
          kind={other.kind}
          mount={other.mount}
          usual={KINDS[other.kind].types[0] ?? ""}
          onKind={(kind) => {
            setOther({ ...other, kind });
            setValues(withoutSecrets);
          }}
          onMount={(mount) => setOther({ ...other, mount })}
        />
      )}
      <Fields
        names={fieldsOf(effective.how)}
        values={values}
        onInput={(name, value) => setValues((before) => ({ ...before, [name]: value }))}
        error={said}
      />
      {step.is === "few-uses" && <Note kind="warn">{signIn.fewUses(step.uses)}</Note>}
      {step.is === "elsewhere" ? (
        <Elsewhere provider={step.provider} onEnd={waited} />
      ) : (
        <div class="actions">
          <Button kind="primary" type="submit" busy={busy}>
            {step.is === "few-uses" ? signIn.useAnyway : signIn.submit}
          </Button>
          {nextToIt}
        </div>
      )}
    </form>
  );
};
