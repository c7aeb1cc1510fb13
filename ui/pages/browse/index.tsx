import { useEffect } from "preact/hooks";
import { isFolder, kvPathOf } from "../../client/kv.ts";
import { homeOfMount } from "../../client/mount-home.ts";
import { mountServing } from "../../client/mount-serving.ts";
import { Unreachable } from "../../client/not-allowed.tsx";
import { useSession } from "../../client/session.ts";
import { Link, Page } from "../../kit/index.ts";
import { navigate } from "../../router.ts";
import { hrefOf } from "../../routes.ts";
import { browse } from "../../texts/browse.ts";
import type { PageComponent } from "../page.ts";
import { Folder } from "./folder.tsx";
import { SecretPage } from "./secret.tsx";

/** What is at a path: a folder, a secret, or a mount of another engine, which has its own page. */

const Elsewhere = ({ href }: { readonly href: string }) => {
  useEffect(() => navigate(href, { replace: true }), [href]);
  return null;
};

const Unknown = ({ path }: { readonly path: string }) => (
  <Page title={path} mono>
    <Unreachable path={path} />
    <p>
      <Link href={hrefOf("home")}>{browse.toHome}</Link>
    </p>
  </Page>
);

const Browse: PageComponent = ({ place }) => {
  const { secretMounts } = useSession();
  if (place.path === "") return <Elsewhere href={hrefOf("home")} />;
  const at = kvPathOf(secretMounts, place.path);
  if (at) {
    const key = at.mount + at.path;
    return isFolder(at.path) ? <Folder key={key} at={at} /> : <SecretPage key={key} at={at} query={place.query} />;
  }
  const mount = mountServing(secretMounts, place.path);
  return mount ? <Elsewhere href={homeOfMount(mount)} /> : <Unknown path={place.path} />;
};

export default Browse;
