import { kit } from "../texts/kit.ts";
import { IconButton } from "./button.tsx";
import { copySecret } from "./clipboard.ts";
import { saveFile } from "./save-file.ts";
import { useShown } from "./shown.ts";
import { Visible } from "./visible.tsx";

/** A value as eight dots, whatever its length. It is in the document only while it is shown. */

interface SecretValueProps {
  /** For names of the controls: "Copy password". */
  readonly name: string;
  readonly value: string;
  /** What copying gives, where it is not the value as shown. */
  readonly copies?: string | undefined;
  /** Offers saving it as a file. */
  readonly filename?: string | undefined;
  /** Says how many lines a hidden value has. */
  readonly lines?: boolean | undefined;
}

const DOTS = "••••••••";

export const Dots = ({ name }: { readonly name: string }) => (
  <>
    <span class="dots" aria-hidden="true">
      {DOTS}
    </span>
    <span class="unseen-text">{kit.hidden(name)}</span>
  </>
);

export const SecretValue = ({ name, value, copies = value, filename, lines }: SecretValueProps) => {
  const [shown, show] = useShown();
  const count = value.split("\n").length;
  return (
    <span class="secret">
      <span class={shown ? "secret-value shown" : "secret-value"}>
        {shown ? <Visible text={value} /> : <Dots name={name} />}
        {!shown && lines && count > 1 && <span class="muted small"> {kit.lines(count)}</span>}
      </span>
      <span class="secret-actions">
        <IconButton
          icon={shown ? "hide" : "show"}
          label={shown ? kit.hide(name) : kit.show(name)}
          onClick={() => show(!shown)}
        />
        <IconButton icon="copy" label={kit.copy(name)} onClick={() => void copySecret(copies, name)} />
        {filename !== undefined && (
          <IconButton icon="download" label={kit.save(name)} onClick={() => saveFile(filename, value)} />
        )}
      </span>
    </span>
  );
};
