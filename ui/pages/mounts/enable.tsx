import { useState } from "preact/hooks";
import { post } from "../../client/api.ts";
import { Failed } from "../../client/denied.tsx";
import { textsIn } from "../../client/read-json.ts";
import { load } from "../../client/stage.ts";
import { useAct, useGo } from "../../client/use-act.ts";
import { useApi } from "../../client/use-api.ts";
import { Button, Combobox, Page, Segmented, TextField, toast } from "../../kit/index.ts";
import { hrefOf } from "../../routes.ts";
import { mounts } from "../../texts/mounts.ts";
import { addressOf, endpointOf, type Kind, pathIsSound } from "./mount.ts";

/** Enables an engine or a sign-in method; what more it needs is in the forms of its own paths. */

const CRUMBS = [{ label: mounts.title, href: hrefOf("mounts") }];
const CATALOG = { method: "GET", path: "sys/plugins/catalog" } as const;

export const EnableMount = ({ kind }: { readonly kind: Kind }) => {
  const { answer } = useApi(CATALOG);
  const types = answer?.ok ? textsIn(answer.data, kind) : [];
  const [type, setType] = useState("");
  const [typed, setTyped] = useState<string | undefined>(undefined);
  const [description, setDescription] = useState("");
  const [version, setVersion] = useState("2");
  const [tried, setTried] = useState(false);
  const { busy, failure, act } = useAct();
  const { go } = useGo();
  const path = (typed ?? type).replace(/\/+$/, "");

  const enable = async (): Promise<void> => {
    setTried(true);
    if (!pathIsSound(path) || type === "") return;
    const place = { kind, path: `${path}/` };
    const done = await act(() =>
      post(endpointOf(place), { type, description, ...(type === "kv" && { options: { version } }) }),
    );
    if (!done) return;
    toast(mounts.enabled(addressOf(place)));
    void load();
    go(hrefOf("mounts", addressOf(place)), { replace: true });
  };

  return (
    <Page title={mounts.enable[kind]} crumbs={CRUMBS}>
      <form
        class="mounts-form"
        onSubmit={(event) => {
          event.preventDefault();
          void enable();
        }}
      >
        <Combobox
          label={mounts.type}
          hint={answer && !answer.ok ? mounts.noTypes : undefined}
          value={type}
          onInput={setType}
          options={types}
          required
          autofocus
        />
        {type === "kv" && (
          <Segmented
            label={mounts.kvVersion}
            value={version}
            onChange={setVersion}
            options={[
              { value: "2", label: mounts.kvVersions.two },
              { value: "1", label: mounts.kvVersions.one },
            ]}
          />
        )}
        <TextField
          label={mounts.path}
          hint={mounts.pathHint}
          error={tried && !pathIsSound(path) ? mounts.pathWrong : undefined}
          value={typed ?? type}
          onInput={setTyped}
          mono
          required
        />
        <TextField label={mounts.description} value={description} onInput={setDescription} />
        {failure && <Failed failure={failure} />}
        <Button kind="primary" type="submit" busy={busy}>
          {mounts.enable[kind]}
        </Button>
      </form>
    </Page>
  );
};
