import { generatePassword } from "../../client/generate.ts";
import { IconButton, TextField, useShown } from "../../kit/index.ts";
import { access } from "../../texts/access.ts";

/** A password for somebody else: dots until shown, and no password manager of the writer's touches it. */

interface PasswordFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onInput: (value: string) => void;
  readonly error?: string | undefined;
}

export const PasswordField = ({ label, value, onInput, error }: PasswordFieldProps) => {
  const [shown, show] = useShown();
  const { password } = access;
  return (
    <div class="field-line">
      <TextField label={label} value={value} onInput={onInput} error={error} masked={!shown} foreign mono />
      <IconButton
        icon={shown ? "hide" : "show"}
        label={shown ? password.hide : password.show}
        onClick={() => show(!shown)}
      />
      <IconButton icon="dice" label={access.newPerson.generate} onClick={() => onInput(generatePassword())} />
    </div>
  );
};
