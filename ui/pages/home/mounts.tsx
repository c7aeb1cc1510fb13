import { kvVersionOf } from "../../client/kv.ts";
import { holdsSecrets, homeOfMount } from "../../client/mount-home.ts";
import { type MountShown, useSession } from "../../client/session.ts";
import { Empty, Icon, type IconName, Row, Rows, Section } from "../../kit/index.ts";
import { home } from "../../texts/home.ts";

/** Mounts of every engine that the caller can reach, each leading to what can be done there. */

const ICONS: Readonly<Record<string, IconName>> = { database: "database", aws: "key", cubbyhole: "user" };

const MountRow = ({ mount }: { readonly mount: MountShown }) => {
  const version = kvVersionOf(mount);
  return (
    <Row href={homeOfMount(mount)}>
      <Icon name={ICONS[mount.type] ?? (version ? "folder" : "box")} />
      <span class="mono home-mount">{mount.path}</span>
      <span class="muted home-type">{home.typeOf(mount.type, version)}</span>
      {mount.description !== "" && <span class="muted small home-about">{mount.description}</span>}
    </Row>
  );
};

export const Mounts = () => {
  const mounts = useSession().secretMounts.filter(holdsSecrets);
  return (
    <Section title={home.mounts}>
      {mounts.length === 0 ? (
        <Empty>{home.noMounts}</Empty>
      ) : (
        <Rows label={home.mounts}>
          {mounts.map((mount) => (
            <MountRow key={mount.path} mount={mount} />
          ))}
        </Rows>
      )}
    </Section>
  );
};
