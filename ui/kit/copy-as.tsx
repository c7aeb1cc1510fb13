import { kit } from "../texts/kit.ts";
import { copyText } from "./clipboard.ts";
import { type CurlRequest, curlOf } from "./curl.ts";
import { Menu } from "./menu.tsx";

/** The thing of this page for a terminal, a chat or a bookmark. */

interface CopyAsProps {
  /** As `vault kv get` takes it. */
  readonly path?: string | undefined;
  /** Without the word `vault`. */
  readonly vault?: string | undefined;
  readonly curl?: CurlRequest | undefined;
}

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
