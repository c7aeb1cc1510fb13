import { kit } from "../texts/kit.ts";
import { Button } from "./button.tsx";
import { copyText } from "./clipboard.ts";
import { Menu } from "./menu.tsx";

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
      <code>{text}</code>
    </pre>
    {copy && (
      <Button kind="quiet" icon="copy" label={kit.copy(label)} onClick={() => void copyText(text, label)}>
        {kit.copyWord}
      </Button>
    )}
  </figure>
);

interface CopyAsProps {
  /** As `vault kv get` takes it. */
  readonly path?: string | undefined;
  /** Without the word `vault`. */
  readonly vault?: string | undefined;
  readonly curl?: { readonly method: string; readonly path: string; readonly body?: string | undefined } | undefined;
}

const quoted = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`);

/** The same request for a terminal; the token is read from `VAULT_TOKEN`, never written. */
export const curlOf = ({ method, path, body }: NonNullable<CopyAsProps["curl"]>, origin: string): string =>
  [
    "curl",
    ...(method === "GET" ? [] : ["-X", method]),
    '-H "X-Vault-Token: $VAULT_TOKEN"',
    ...(body === undefined ? [] : ["-d", quoted(body)]),
    quoted(`${origin}/v1/${path.split("/").map(encodeURIComponent).join("/")}`),
  ].join(" ");

export const CopyAs = ({ path, vault, curl }: CopyAsProps) => {
  const texts = [
    { label: kit.copyAsItems.path, text: path },
    { label: kit.copyAsItems.link, text: location.href },
    { label: kit.copyAsItems.vault, text: vault && `vault ${vault}` },
    { label: kit.copyAsItems.curl, text: curl && curlOf(curl, location.origin) },
  ];
  return (
    <Menu
      label={kit.copyAs}
      items={texts.flatMap(({ label, text }) =>
        text === undefined ? [] : [{ label, onSelect: () => void copyText(text, label.toLowerCase()) }],
      )}
    />
  );
};
