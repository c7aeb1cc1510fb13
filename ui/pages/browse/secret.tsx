import { Failed } from "../../client/denied.tsx";
import { addressesOf, type KvPath } from "../../client/kv.ts";
import { crumbsAbove, titleOf } from "../../client/kv-place.ts";
import { useSession } from "../../client/session.ts";
import { shellWord } from "../../client/shell-word.ts";
import { ButtonLink, CopyAs, Empty, Link, Loading, Note, Page, Tabs } from "../../kit/index.ts";
import { navigate } from "../../router.ts";
import { hrefOf } from "../../routes.ts";
import { browse } from "../../texts/browse.ts";
import { FieldNames, Fields } from "./fields.tsx";
import { Gone } from "./gone.tsx";
import { History } from "./history.tsx";
import { RemoveSecret } from "./remove.tsx";
import { Settings } from "./settings.tsx";
import { Summary } from "./summary.tsx";
import { type Secret, useSecret } from "./use-secret.ts";

/** A secret: its values, its history, its settings, each as far as the caller may see it. */

interface PartProps {
  readonly at: KvPath;
  readonly secret: Secret;
}

const Missing = ({ at }: { readonly at: KvPath }) => {
  const session = useSession();
  const path = at.mount + at.path;
  const mayCreate = session.may(addressesOf(at).data, "create");
  return (
    <Empty
      action={
        <div class="actions">
          {mayCreate && (
            <ButtonLink href={hrefOf("new", path)} kind="primary">
              {browse.create}
            </ButtonLink>
          )}
          <Link href={hrefOf("browse", `${path}/`)}>{browse.asFolder}</Link>
        </div>
      }
    >
      {browse.missing(path)}
    </Empty>
  );
};

/** Values that may not be read: what else is known, and why not. */
const Unread = ({ secret }: { readonly secret: Secret }) => {
  const { values, names, metadata } = secret;
  if (values.is !== "failed") return null;
  return (
    <>
      {names && <Note kind="info">{browse.namesOnly}</Note>}
      {!names && metadata && <Note kind="info">{browse.metadataOnly}</Note>}
      {names && <FieldNames names={names} />}
      <Failed failure={values.failure} again={secret.again} />
    </>
  );
};

const ValuesPart = ({ at, secret }: PartProps) => {
  const { values } = secret;
  switch (values.is) {
    case "loading":
      return <Loading />;
    case "read":
      return <Fields fields={values.fields} secret={values.secret} of={titleOf(at)} />;
    case "gone":
      return <Gone at={at} secret={secret} />;
    case "missing":
      return <Missing at={at} />;
    case "failed":
      return <Unread secret={secret} />;
  }
};

type TabId = keyof typeof browse.tab;
const isTab = (text: string | undefined): text is TabId => text !== undefined && Object.hasOwn(browse.tab, text);

interface SecretPageProps {
  readonly at: KvPath;
  readonly query: Readonly<Record<string, string>>;
}

const wantedVersion = (text: string | undefined): number | undefined =>
  text !== undefined && /^[1-9]\d{0,8}$/.test(text) ? Number(text) : undefined;

export const SecretPage = ({ at, query }: SecretPageProps) => {
  const wanted = wantedVersion(query["version"]);
  const secret = useSecret(at, wanted);
  const { rights, values, metadata } = secret;
  const path = at.mount + at.path;
  const tab = metadata && isTab(query["tab"]) ? query["tab"] : "secret";
  const select = (id: string): void => {
    const { tab: _, ...rest } = query;
    navigate(hrefOf("browse", path, id === "secret" ? rest : { ...rest, tab: id }), { replace: true });
  };
  // What may not be read may be there, and may be written.
  const there = metadata !== undefined || (values.is !== "loading" && values.is !== "missing");
  const parts = {
    secret: <ValuesPart at={at} secret={secret} />,
    history: metadata && (
      <History at={at} metadata={metadata} secret={secret} compared={wantedVersion(query["compare"])} />
    ),
    settings: metadata && <Settings at={at} metadata={metadata} secret={secret} />,
  };
  return (
    <Page
      title={titleOf(at)}
      crumbs={crumbsAbove(at)}
      mono
      actions={
        there && (
          <>
            <CopyAs
              path={path}
              vault={`kv get ${wanted === undefined ? "" : `-version=${wanted} `}${shellWord(path)}`}
              curl={{
                method: "GET",
                path: addressesOf(at).data,
                query: wanted === undefined ? undefined : { version: String(wanted) },
              }}
            />
            {rights.share && values.is === "read" && (
              <ButtonLink href={hrefOf("share", path)}>{browse.share}</ButtonLink>
            )}
            {rights.edit && (
              <ButtonLink href={hrefOf("edit", path)} kind="primary">
                {browse.edit}
              </ButtonLink>
            )}
          </>
        )
      }
    >
      <Summary at={at} secret={secret} />
      {/* The values may be there, and shown, before it is known whether there is a history. */}
      <Tabs
        label={browse.tabs}
        tabs={metadata ? Object.entries(browse.tab).map(([id, label]) => ({ id, label })) : []}
        selected={tab}
        onSelect={select}
      >
        {parts[tab]}
      </Tabs>
      {at.version === 1 && rights.removeAll && values.is === "read" && <RemoveSecret at={at} />}
    </Page>
  );
};
