import { useState } from "preact/hooks";
import { layOut } from "../../client/json-text.ts";
import {
  Button,
  copySecret,
  Empty,
  Fact,
  Facts,
  SecretValue,
  Segmented,
  saveFile,
  Tag,
  Visible,
} from "../../kit/index.ts";
import { browse } from "../../texts/browse.ts";
import type { ShownField } from "./fields-of.ts";
import type { FieldName } from "./use-secret.ts";

/** The fields of a secret, each hidden until it is shown by itself; or the same as JSON. */

/** Longer values are worth a file. */
const LONG = 200;

const FieldTitle = ({ name }: { readonly name: string }) =>
  name === "" ? <span class="muted">{browse.noName}</span> : <Visible text={name} />;

interface ValueProps {
  readonly field: ShownField;
  /** Of the secret, for the name of a file. */
  readonly of: string;
}

const Value = ({ field, of }: ValueProps) => {
  const called = field.name || browse.noName;
  const long = field.text.length > LONG || field.text.includes("\n");
  return <SecretValue name={called} value={field.text} lines filename={long ? `${of}-${called}.txt` : undefined} />;
};

const AsFields = ({ fields, of }: { readonly fields: readonly ShownField[]; readonly of: string }) => (
  <Facts>
    {fields.map((field) => (
      <Fact
        key={field.name}
        mono
        name={
          <>
            <FieldTitle name={field.name} /> {field.json && <Tag>{browse.isJson}</Tag>}
          </>
        }
      >
        <Value field={field} of={of} />
      </Fact>
    ))}
  </Facts>
);

/** Each value as JSON writes it. Commas would be noise between hidden ones; the whole can be copied or saved. */
const AsJson = ({ fields, of }: { readonly fields: readonly ShownField[]; readonly of: string }) => (
  <Facts>
    {fields.map((field) => (
      <Fact key={field.name} mono name={<Visible text={JSON.stringify(field.name)} />}>
        <Value field={field.json ? field : { ...field, text: JSON.stringify(field.text) }} of={of} />
      </Fact>
    ))}
  </Facts>
);

interface FieldsProps {
  readonly fields: readonly ShownField[];
  /** The whole as it was written. */
  readonly secret: string;
  /** The name of the secret. */
  readonly of: string;
}

export const Fields = ({ fields, secret, of }: FieldsProps) => {
  const [view, setView] = useState("fields");
  if (fields.length === 0) return <Empty>{browse.noFields}</Empty>;
  return (
    <div class="browse-fields">
      <div class="head">
        <Segmented
          label={browse.views}
          bare
          value={view}
          onChange={setView}
          options={[
            { value: "fields", label: browse.fields },
            { value: "json", label: browse.json },
          ]}
        />
        {view === "json" && (
          <div class="actions">
            <Button icon="copy" onClick={() => void copySecret(layOut(secret), browse.allFields(of))}>
              {browse.copyAll}
            </Button>
            <Button icon="download" onClick={() => saveFile(`${of}.json`, layOut(secret))}>
              {browse.saveAll}
            </Button>
          </div>
        )}
      </div>
      {view === "json" ? <AsJson fields={fields} of={of} /> : <AsFields fields={fields} of={of} />}
    </div>
  );
};

/** What is known of a secret whose values may not be read. */
export const FieldNames = ({ names }: { readonly names: readonly FieldName[] }) => (
  <Facts>
    {names.map(({ name, inner }) => (
      <Fact key={name} mono name={<FieldTitle name={name} />}>
        {inner.length > 0 && <span class="muted">{browse.subfields(inner.join(", "))}</span>}
      </Fact>
    ))}
  </Facts>
);
