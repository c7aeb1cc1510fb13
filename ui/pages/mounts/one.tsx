import { useState } from "preact/hooks";
import { Failed } from "../../client/denied.tsx";
import { homeOfMount } from "../../client/mount-home.ts";
import { useSession } from "../../client/session.ts";
import { shellWord } from "../../client/shell-word.ts";
import { useApi } from "../../client/use-api.ts";
import { Button, ButtonLink, CopyAs, durationText, Fact, Facts, Loading, Page } from "../../kit/index.ts";
import { hrefOf } from "../../routes.ts";
import { mounts } from "../../texts/mounts.ts";
import { addressOf, endpointOf, isAlwaysThere, type Mount, mountIn } from "./mount.ts";
import { MoveDialog } from "./move-dialog.tsx";
import { RemoveDialog } from "./remove-dialog.tsx";
import { TuneDialog } from "./tune-dialog.tsx";

/** One mount: its settings, and what the caller may do with it. */

const CRUMBS = [{ label: mounts.title, href: hrefOf("mounts") }];

const lifetime = (seconds: number): string => (seconds === 0 ? mounts.system : durationText(seconds));

const About = ({ mount }: { readonly mount: Mount }) => (
  <Facts>
    <Fact name={mounts.type}>{mount.type}</Fact>
    <Fact name={mounts.description}>{mount.description || <span class="muted">{mounts.noDescription}</span>}</Fact>
    <Fact name={mounts.accessor}>
      <code>{mount.accessor}</code>
    </Fact>
    {Object.keys(mount.options).length > 0 && (
      <Fact name={mounts.options}>
        <code>
          {Object.entries(mount.options)
            .map(([name, value]) => `${name}=${value}`)
            .join(" ")}
        </code>
      </Fact>
    )}
    <Fact name={mounts.defaultTtl}>{lifetime(mount.defaultTtl)}</Fact>
    <Fact name={mounts.maxTtl}>{lifetime(mount.maxTtl)}</Fact>
    {mount.kind === "auth" && <Fact name={mounts.listed}>{mount.listed ? mounts.yes : mounts.no}</Fact>}
  </Facts>
);

type Open = "tune" | "move" | "remove";

const useRights = (mount: Mount) => {
  const { may } = useSession();
  const endpoint = endpointOf(mount);
  const fixed = isAlwaysThere(mount);
  return {
    tune: may(`${endpoint}/tune`, "update"),
    move: !fixed && may("sys/remount", "update") && may("sys/remount", "sudo"),
    remove: !fixed && may(endpoint, "delete"),
  };
};

const Acts = ({ mount, onOpen }: { readonly mount: Mount; readonly onOpen: (open: Open) => void }) => {
  const rights = useRights(mount);
  const address = addressOf(mount);
  return (
    <>
      {mount.kind === "secret" && <ButtonLink href={homeOfMount(mount)}>{mounts.browse}</ButtonLink>}
      <ButtonLink href={hrefOf("api", address)}>{mounts.forms}</ButtonLink>
      {rights.tune && <Button onClick={() => onOpen("tune")}>{mounts.tune}</Button>}
      {rights.move && <Button onClick={() => onOpen("move")}>{mounts.move}</Button>}
      {rights.remove && (
        <Button kind="danger" onClick={() => onOpen("remove")}>
          {mounts.remove}
        </Button>
      )}
    </>
  );
};

export const OneMount = ({ kind, path }: Pick<Mount, "kind" | "path">) => {
  const [open, setOpen] = useState<Open | undefined>(undefined);
  const request = { method: "GET", path: endpointOf({ kind, path }) } as const;
  const { answer, again } = useApi(request);
  const mount = answer?.ok ? mountIn(kind, path, answer.data) : undefined;
  const close = (): void => setOpen(undefined);
  const tuned = (): void => {
    close();
    again();
  };
  return (
    <Page
      title={addressOf({ kind, path })}
      mono
      crumbs={CRUMBS}
      actions={mount && <CopyAs path={request.path} vault={`read ${shellWord(request.path)}`} curl={request} />}
    >
      {!answer && <Loading />}
      {answer && !answer.ok && <Failed failure={answer} again={again} />}
      {mount && (
        <>
          <About mount={mount} />
          <div class="actions mounts-acts">
            <Acts mount={mount} onOpen={setOpen} />
          </div>
          {open === "tune" && <TuneDialog mount={mount} onClose={close} onSaved={tuned} />}
          {open === "move" && <MoveDialog mount={mount} onClose={close} />}
          {open === "remove" && <RemoveDialog mount={mount} onClose={close} />}
        </>
      )}
    </Page>
  );
};
