import { useState } from "preact/hooks";
import { Button, DurationField, TextArea, TextField } from "../../kit/index.ts";
import { credentials } from "../../texts/credentials.ts";
import type { FieldName, FieldSpec, Way } from "./engines.ts";

/** What an engine wants to know before it gives credentials. */

type Values = Partial<Record<FieldName, string>>;

interface InputProps {
  readonly spec: FieldSpec;
  readonly value: string;
  readonly error: string | undefined;
  readonly onInput: (value: string) => void;
}

const Input = ({ spec, value, error, onInput }: InputProps) => {
  const props = { ...credentials.fields[spec.name], value, error, onInput };
  if (spec.kind === "duration") return <DurationField {...props} />;
  if (spec.kind === "text") return <TextArea {...props} required={spec.required} rows={3} mono />;
  return <TextField {...props} required={spec.required} mono />;
};

interface RoleFormProps {
  readonly way: Way;
  /** Something was given already. */
  readonly taken: boolean;
  readonly busy: boolean;
  readonly onTake: (values: Values) => void;
}

export const RoleForm = ({ way, taken, busy, onTake }: RoleFormProps) => {
  const [values, setValues] = useState<Values>({});
  const [tried, setTried] = useState(false);
  const missing = (spec: FieldSpec): boolean => spec.required && (values[spec.name] ?? "").trim() === "";
  return (
    <form
      class="form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (!way.fields.some(missing) && !busy) onTake(values);
      }}
    >
      {way.fields.map((spec) => (
        <Input
          key={spec.name}
          spec={spec}
          value={values[spec.name] ?? ""}
          error={tried && missing(spec) ? credentials.missing : undefined}
          onInput={(value) => setValues({ ...values, [spec.name]: value })}
        />
      ))}
      <div class="actions">
        <Button kind={taken ? "plain" : "primary"} type="submit" busy={busy}>
          {(taken ? credentials.again : credentials.get)[way.name]}
        </Button>
      </div>
    </form>
  );
};
