import { useState } from "preact/hooks";
import type { Failure } from "../../client/api.ts";
import { Denied } from "../../client/denied.tsx";
import type { KvPath } from "../../client/kv.ts";
import type { NamedParts } from "../../client/rule-names.ts";
import { Button, Icon, Note, Row, Rows, TextField, Visible } from "../../kit/index.ts";
import { navigate } from "../../router.ts";
import { hrefOf } from "../../routes.ts";
import { browse } from "../../texts/browse.ts";

/** A folder that may not be listed: what the caller's own rules name in it, and a way to names that they leave open. */

const KnownName = ({ at }: { readonly at: KvPath }) => {
  const [name, setName] = useState("");
  return (
    <form
      class="browse-known"
      onSubmit={(event) => {
        event.preventDefault();
        if (name !== "") navigate(hrefOf("browse", at.mount + at.path + name));
      }}
    >
      <TextField label={browse.known} value={name} onInput={setName} mono />
      <Button type="submit">{browse.open}</Button>
    </form>
  );
};

/** Asked for only by whoever wants to know: the folder is of use without it. */
const Why = ({ failure }: { readonly failure: Failure }) => {
  const [open, setOpen] = useState(false);
  return (
    <details class="browse-why" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{browse.why}</summary>
      {open && <Denied failure={failure} />}
    </details>
  );
};

interface NamedFolderProps {
  readonly at: KvPath;
  readonly parts: NamedParts;
  readonly failure: Failure;
}

export const NamedFolder = ({ at, parts, failure }: NamedFolderProps) => (
  <>
    {(parts.names.length > 0 || parts.open) && (
      <Note kind="info">{parts.names.length > 0 ? browse.unlistable : browse.unlistableOpen}</Note>
    )}
    {parts.names.length > 0 && (
      <Rows label={browse.contents}>
        {parts.names.map((name) => (
          <Row key={name} href={hrefOf("browse", at.mount + at.path + name)}>
            <Icon name={name.endsWith("/") ? "folder" : "key"} />
            <span class="mono">
              <Visible text={name} />
            </span>
          </Row>
        ))}
      </Rows>
    )}
    {parts.open && <KnownName at={at} />}
    {parts.names.length > 0 || parts.open ? <Why failure={failure} /> : <Denied failure={failure} />}
  </>
);
