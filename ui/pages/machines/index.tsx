import type { Failure } from "../../client/api.ts";
import { Failed } from "../../client/denied.tsx";
import { useSession } from "../../client/session.ts";
import { useLoaded } from "../../client/use-loaded.ts";
import { ButtonLink, Empty, Loading, Page, Section, Tag, Visible } from "../../kit/index.ts";
import { hrefOf } from "../../routes.ts";
import { machines } from "../../texts/machines.ts";
import type { PageComponent } from "../page.ts";
import { Known } from "./known.tsx";
import { Living } from "./living.tsx";
import { Reads } from "./reads.tsx";
import { type MachineRole, readRoles } from "./roles.ts";

/**
 * Which machines log in by AWS, and what they may read: from roles, living tokens and identity, as far as the caller's
 * own rights reach. The server keeps no time of a login beyond its token, and the page says so.
 */

const Role = ({ role }: { readonly role: MachineRole }) => (
  <li class="machines-item">
    <p class="machines-line">
      <code>
        <Visible text={role.name} />
      </code>
      {role.kind && <Tag>{machines[role.kind]}</Tag>}
      {role.policies.map((name) => (
        <Tag key={name}>{name}</Tag>
      ))}
    </p>
    {role.bounds.map(({ label, values }) => (
      <p class="machines-line small" key={label}>
        <span class="muted">{label}</span>
        <code>
          <Visible text={values.join(", ")} />
        </code>
      </p>
    ))}
    {role.policies.length > 0 && <Reads name={role.name} policies={role.policies} />}
  </li>
);

const Roles = ({ roles }: { readonly roles: readonly MachineRole[] }) =>
  roles.length === 0 ? (
    <p class="muted">{machines.rolesNone}</p>
  ) : (
    <ul class="lines" aria-label={machines.roles}>
      {roles.map((role) => (
        <Role key={role.mount + role.name} role={role} />
      ))}
    </ul>
  );

const readAll = async (mounts: readonly string[]): Promise<readonly MachineRole[] | Failure> => {
  const all: MachineRole[] = [];
  for (const mount of mounts) {
    const roles = await readRoles(mount);
    if ("ok" in roles) return roles;
    all.push(...roles);
  }
  return all;
};

const Machines: PageComponent = () => {
  const { authMounts, may } = useSession();
  const mounts = authMounts.filter(({ type }) => type === "aws").map(({ path }) => path);
  const listable = mounts.filter((mount) => may(`auth/${mount}role`, "list"));
  const { value, again } = useLoaded(() => readAll(listable), listable.join("\n"));
  const roles = value && !("ok" in value) ? value : [];
  const mayEnrol = mounts.some((mount) => may(`auth/${mount}role/x`, "create"));
  const mayKnow = may("identity/entity/id", "list");
  return (
    <Page
      title={machines.title}
      actions={mayEnrol && <ButtonLink href={hrefOf("onboard")}>{machines.onboard}</ButtonLink>}
    >
      {mounts.length === 0 ? (
        <Empty>{machines.none}</Empty>
      ) : (
        <>
          <Living mounts={mounts.map((mount) => `auth/${mount}`)} roles={roles} />
          {listable.length > 0 && (
            <Section title={machines.roles}>
              {!value && <Loading />}
              {value && ("ok" in value ? <Failed failure={value} again={again} /> : <Roles roles={value} />)}
            </Section>
          )}
          {mayKnow && <Known />}
        </>
      )}
    </Page>
  );
};

export default Machines;
