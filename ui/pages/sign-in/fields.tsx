import { TextField } from "../../kit/index.ts";
import { signIn } from "../../texts/sign-in.ts";
import type { FieldName, Values } from "./ways.ts";

/** Fields of a way to sign in. Only name and password are for password managers. */

interface Look {
  readonly label: string;
  readonly hint?: string;
  readonly type?: "password";
  readonly autocomplete?: "username" | "current-password";
  /** A secret that no password manager fills or keeps. */
  readonly secret?: true;
  readonly optional?: true;
}

const LOOKS: Readonly<Record<FieldName, Look>> = {
  name: { label: signIn.name, autocomplete: "username" },
  password: { label: signIn.password, type: "password", autocomplete: "current-password" },
  token: { label: signIn.token, hint: signIn.tokenHint, secret: true },
  wrapped: { label: signIn.wrapped, hint: signIn.wrappedHint, secret: true },
  role: { label: signIn.role, hint: signIn.roleHint, optional: true },
  jwt: { label: signIn.jwt, secret: true },
  roleId: { label: signIn.roleId },
  secretId: { label: signIn.secretId, secret: true },
};

interface FieldsProps {
  readonly names: readonly FieldName[];
  readonly values: Values;
  readonly onInput: (name: FieldName, value: string) => void;
  /** Under the last field. */
  readonly error: string | undefined;
}

export const Fields = ({ names, values, onInput, error }: FieldsProps) => (
  <>
    {names.map((name, index) => {
      const { label, hint, type, autocomplete, secret, optional } = LOOKS[name];
      return (
        <TextField
          key={name}
          name={name}
          label={label}
          hint={hint}
          type={type}
          autocomplete={autocomplete}
          value={values[name] ?? ""}
          onInput={(value) => onInput(name, value)}
          error={index === names.length - 1 ? error : undefined}
          required={!optional}
          {...(secret ? { foreign: true, masked: true, mono: true } : {})}
        />
      );
    })}
  </>
);
