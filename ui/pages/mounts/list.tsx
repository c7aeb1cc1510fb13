import { Failed } from "../../client/denied.tsx";
import { useSession } from "../../client/session.ts";
import { useApi } from "../../client/use-api.ts";
import { ButtonLink, Loading, Page, Row, Rows, Section, Visible } from "../../kit/index.ts";
import { hrefOf } from "../../routes.ts";
import { mounts } from "../../texts/mounts.ts";
import { addressOf, type Kind, type Mount, mountsIn, ROOMS } from "./mount.ts";

/** Every mount of both kinds, by path. */

const Line = ({ mount }: { readonly mount: Mount }) => (
  <Row href={hrefOf("mounts", addressOf(mount))}>
    <span class="mono mounts-path">
      <Visible text={mount.path} />
    </span>
    <span class="muted">
      {mount.type}
      {mount.options["version"] === undefined ? "" : ` ${mounts.version} ${mount.options["version"]}`}
    </span>
    <span class="muted mounts-about">{mount.description}</span>
  </Row>
);

const OfKind = ({ kind }: { readonly kind: Kind }) => {
  const { may } = useSession();
  const { answer, again } = useApi({ method: "GET", path: ROOMS[kind] });
  const create = may(`${ROOMS[kind]}/new`, "create") || may(`${ROOMS[kind]}/new`, "update");
  const found = answer?.ok ? mountsIn(kind, answer.data) : [];
  return (
    <Section
      title={mounts.kinds[kind]}
      actions={create && <ButtonLink href={hrefOf("mounts", "", { new: kind })}>{mounts.enable[kind]}</ButtonLink>}
    >
      {!answer && <Loading />}
      {answer && !answer.ok && <Failed failure={answer} again={again} />}
      {answer?.ok &&
        (found.length === 0 ? (
          <p>{mounts.none}</p>
        ) : (
          <Rows label={mounts.kinds[kind]}>
            {found.map((mount) => (
              <Line key={mount.path} mount={mount} />
            ))}
          </Rows>
        ))}
    </Section>
  );
};

export const MountList = () => (
  <Page title={mounts.title}>
    <p class="muted">{mounts.intro}</p>
    <OfKind kind="secret" />
    <OfKind kind="auth" />
  </Page>
);
