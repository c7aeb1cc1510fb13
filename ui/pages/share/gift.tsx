import type { ComponentChildren } from "preact";
import { addressesOf, type KvPath } from "../../client/kv.ts";
import { objectIn } from "../../client/read-json.ts";
import { useApi } from "../../client/use-api.ts";
import { Checkbox, Combobox, Loading, Segmented, TextArea } from "../../kit/index.ts";
import { share } from "../../texts/share.ts";

/** What is given: a secret, some of its fields, or a text. Fields are chosen by name; their values are not shown. */

export type Kind = "secret" | "fields" | "text";

export interface Chosen {
  readonly kind: Kind;
  /** As `vault kv get` takes it. */
  readonly path: string;
  readonly names: readonly string[];
  readonly text: string;
}

interface GiftProps {
  readonly chosen: Chosen;
  readonly at: KvPath | undefined;
  /** Paths to suggest: of the key-value mounts. */
  readonly suggestions: readonly string[];
  /** What is missing, once somebody tried to go on. */
  readonly wrong: Partial<Record<"path" | "names" | "text", string>>;
  readonly onChange: (chosen: Chosen) => void;
}

const isKind = (text: string): text is Kind => text in share.kinds;

/** By the names alone where that is allowed, else by reading the secret; v1 has no list of names. */
const useNames = (at: KvPath | undefined) => {
  const addresses = at && addressesOf(at);
  const subkeys = useApi(addresses?.version === 2 ? { method: "GET", path: addresses.subkeys } : undefined);
  const refused = addresses?.version === 1 || subkeys.answer?.ok === false;
  const read = useApi(addresses && refused ? { method: "GET", path: addresses.data } : undefined);
  const { answer } = refused ? read : subkeys;
  if (!answer) return undefined;
  if (!answer.ok) return answer;
  if (!refused) return Object.keys(objectIn(answer.data, "subkeys"));
  return Object.keys(addresses?.version === 2 ? objectIn(answer.data, "data") : answer.data);
};

const Names = ({ at, chosen, wrong, onChange }: GiftProps) => {
  const names = useNames(at);
  if (!at) return null;
  if (!names) return <Loading />;
  if (!("length" in names)) return <p class="error">{share.fieldsFolded}</p>;
  const toggle = (name: string, on: boolean): void =>
    onChange({ ...chosen, names: names.filter((one) => (one === name ? on : chosen.names.includes(one))) });
  return (
    <fieldset class="field share-names">
      <legend class="label">{share.fields}</legend>
      {names.map((name) => (
        <Checkbox
          key={name}
          label={name}
          checked={chosen.names.includes(name)}
          onChange={(checked) => toggle(name, checked)}
        />
      ))}
      <p class="hint">{share.fieldsUnseen}</p>
      {wrong.names && <p class="error">{wrong.names}</p>}
    </fieldset>
  );
};

const Secret = ({ chosen, suggestions, wrong, onChange }: GiftProps) => (
  <Combobox
    label={share.secret}
    hint={chosen.kind === "secret" ? share.secretUnseen : share.secretHint}
    error={wrong.path}
    value={chosen.path}
    options={suggestions}
    onInput={(path) => onChange({ ...chosen, path, names: [] })}
  />
);

const BODIES: Readonly<Record<Kind, (props: GiftProps) => ComponentChildren>> = {
  secret: Secret,
  fields: (props) => (
    <>
      <Secret {...props} />
      <Names {...props} />
    </>
  ),
  text: ({ chosen, wrong, onChange }) => (
    <TextArea
      label={share.text}
      error={wrong.text}
      value={chosen.text}
      onInput={(text) => onChange({ ...chosen, text })}
      rows={3}
      mono
      foreign
    />
  ),
};

export const GiftFields = (props: GiftProps) => (
  <>
    <Segmented
      label={share.give}
      value={props.chosen.kind}
      onChange={(kind) => isKind(kind) && props.onChange({ ...props.chosen, kind })}
      options={Object.entries(share.kinds).map(([value, label]) => ({ value, label }))}
    />
    {BODIES[props.chosen.kind](props)}
  </>
);
