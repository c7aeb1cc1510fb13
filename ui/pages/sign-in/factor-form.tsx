import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { Button, Select, TextField } from "../../kit/index.ts";
import { signIn } from "../../texts/sign-in.ts";
import type { Factor, Requirement } from "./outcome.ts";

/** The second factor of a login: one code for each thing the server asks. */

const words = signIn.factor;

const nameOf = ({ name, type }: Factor): string => name || (type === "totp" ? words.phone : type);

interface FactorFormProps {
  readonly requirement: Requirement;
  readonly error: string | undefined;
  readonly busy: boolean;
  readonly onProve: (codes: Readonly<Record<string, string>>) => void;
  readonly onBack: () => void;
}

export const FactorForm = ({ requirement, error, busy, onProve, onBack }: FactorFormProps) => {
  const { constraints } = requirement;
  const [chosen, setChosen] = useState<Readonly<Record<string, string>>>({});
  const [codes, setCodes] = useState<Readonly<Record<string, string>>>({});
  const form = useRef<HTMLFormElement>(null);
  useLayoutEffect(() => form.current?.querySelector("input")?.focus(), [error]);

  const factorOf = (name: string, any: readonly Factor[]): Factor | undefined =>
    any.find(({ id }) => id === chosen[name]) ?? any[0];
  const factors = constraints.flatMap(({ name, any }) => factorOf(name, any) ?? []);

  return (
    <form
      class="sign-in-form"
      ref={form}
      onSubmit={(event) => {
        event.preventDefault();
        onProve(Object.fromEntries(factors.map(({ id }) => [id, (codes[id] ?? "").trim()])));
        setCodes({});
      }}
    >
      <h2>{words.title}</h2>
      {constraints.map(({ name, any }, index) => {
        const factor = factorOf(name, any);
        if (!factor) return undefined;
        return (
          <div class="sign-in-factor" key={name}>
            {any.length > 1 && (
              <Select
                label={words.choose}
                value={factor.id}
                onChange={(id) => setChosen({ ...chosen, [name]: id })}
                options={any.map((one) => ({ value: one.id, label: nameOf(one) }))}
              />
            )}
            {factor.passcode && (
              <TextField
                label={words.code(nameOf(factor))}
                value={codes[factor.id] ?? ""}
                onInput={(code) => setCodes({ ...codes, [factor.id]: code })}
                autocomplete="one-time-code"
                mono
                required
                error={index === constraints.length - 1 ? error : undefined}
              />
            )}
          </div>
        );
      })}
      <div class="actions">
        <Button kind="primary" type="submit" busy={busy}>
          {signIn.goOn}
        </Button>
        <Button kind="quiet" onClick={onBack}>
          {words.back}
        </Button>
      </div>
    </form>
  );
};
