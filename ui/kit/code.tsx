import { kit } from "../texts/kit.ts";
import { Button } from "./button.tsx";
import { copyText } from "./clipboard.ts";
import { useVeiled } from "./veil.ts";

/** Text for a machine, and commands for a terminal. Not for secrets. */

interface CodeProps {
  readonly text: string;
  /** What it is, for its accessible name and the copy button's. */
  readonly label: string;
  readonly copy?: true | undefined;
}

export const Code = ({ text, label, copy }: CodeProps) => (
  <figure class="code" aria-label={label}>
    <pre>
      <code>{useVeiled(text)}</code>
    </pre>
    {copy && (
      <Button kind="quiet" icon="copy" label={kit.copy(label)} onClick={() => void copyText(text, label)}>
        {kit.copyWord}
      </Button>
    )}
  </figure>
);
