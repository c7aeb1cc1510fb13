import { Select, TextField } from "../../kit/index.ts";
import { signIn } from "../../texts/sign-in.ts";
import { ALL_KINDS, type Kind } from "./ways.ts";

/** A method whose mount is not listed for everybody: its kind and its mount are typed. */

const isKind = (text: string): text is Kind => ALL_KINDS.some((kind) => kind === text);

interface OtherWayProps {
  readonly kind: Kind;
  readonly mount: string;
  readonly usual: string;
  readonly onKind: (kind: Kind) => void;
  readonly onMount: (mount: string) => void;
}

export const OtherWay = ({ kind, mount, usual, onKind, onMount }: OtherWayProps) => (
  <div class="sign-in-other">
    <Select
      label={signIn.method}
      value={kind}
      onChange={(value) => isKind(value) && onKind(value)}
      options={ALL_KINDS.map((value) => ({ value, label: signIn.ways[value] }))}
    />
    <TextField label={signIn.mount} mono value={mount} onInput={onMount} hint={signIn.mountHint(usual)} required />
  </div>
);
