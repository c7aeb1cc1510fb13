import type { ComponentChildren } from "preact";
import type { Failure } from "../client/api.ts";
import { load } from "../client/stage.ts";
import { useListener } from "../client/use-listener.ts";
import { Button, ButtonLink, Loading, Page } from "../kit/index.ts";
import { hrefOf } from "../routes.ts";
import { shell } from "../texts/shell.ts";

/** What is drawn where there is no page to draw. */

export const UnknownPage = () => (
  <Page title={shell.unknown.title}>
    <p>{shell.unknown.text}</p>
    <div class="actions">
      <ButtonLink kind="primary" href={hrefOf("home")}>
        {shell.unknown.home}
      </ButtonLink>
    </div>
  </Page>
);

const wordsOf = ({ kind, status }: Failure): string => {
  const { network, sealed, busy, gateway } = shell.unreachable;
  if (kind === "busy") return busy;
  if (kind === "unavailable") return sealed;
  return kind === "network" ? network : gateway(status);
};

export const Unreachable = ({ failure }: { readonly failure: Failure }) => {
  useListener(["online"], () => void load());
  return (
    <Page title={shell.unreachable.title}>
      <p>{wordsOf(failure)}</p>
      <div class="actions">
        <Button kind="primary" onClick={() => void load()}>
          {shell.unreachable.again}
        </Button>
      </div>
    </Page>
  );
};

export const Insecure = () => (
  <Page title={shell.insecure.title}>
    <p>{shell.insecure.text}</p>
  </Page>
);

/** A chunk that did not load: a release took it away, or the network is gone. */
export const FailedPage = () => (
  <Page title={shell.failed.title}>
    <p>{shell.failed.text}</p>
    <div class="actions">
      <Button kind="primary" onClick={() => location.reload()}>
        {shell.failed.again}
      </Button>
    </div>
  </Page>
);

/** For what takes a moment: with a heading, so that a page is never without one. */
export const Waiting = ({ title }: { readonly title: string }) => (
  <Page title={title}>
    <Loading />
  </Page>
);

export const Bare = ({ children }: { readonly children: ComponentChildren }) => (
  <main class="shell-bare">{children}</main>
);
