import { kvVersionOf } from "../../client/kv.ts";
import { NotAllowed } from "../../client/not-allowed.tsx";
import { useSession } from "../../client/session.ts";
import { Empty, Page, Row, Rows } from "../../kit/index.ts";
import { hrefOf } from "../../routes.ts";
import { credentials } from "../../texts/credentials.ts";
import type { PageComponent } from "../page.ts";
import { waysOf } from "./engines.ts";
import { RolePage } from "./role.tsx";
import { RolesPage } from "./roles.tsx";

/** Credentials that are made when somebody asks: `credentials/MOUNT/ROLE?as=WAY`, its mounts, its roles. */

export const engineWords = (type: string): string => {
  const words: Readonly<Record<string, string>> = credentials.engines;
  return Object.hasOwn(words, type) ? (words[type] ?? type) : credentials.otherEngine(type);
};

const MountsPage = () => {
  const { secretMounts } = useSession();
  const mounts = secretMounts.filter((mount) => kvVersionOf(mount) === undefined && waysOf(mount.type).length > 0);
  return (
    <Page title={credentials.title}>
      <p class="muted">{credentials.about}</p>
      {mounts.length === 0 ? (
        <Empty>{credentials.none}</Empty>
      ) : (
        <Rows label={credentials.mounts}>
          {mounts.map(({ path, type, description }) => (
            <Row key={path} href={hrefOf("credentials", path)}>
              <span class="mono">{path}</span>
              <span class="muted small">{description || engineWords(type)}</span>
            </Row>
          ))}
        </Rows>
      )}
    </Page>
  );
};

/** A link to credentials of an engine that the caller cannot reach. */
const Refused = ({ engine, role }: { readonly engine: string; readonly role: string }) => (
  <Page title={role} mono crumbs={[{ label: credentials.title, href: hrefOf("credentials") }, { label: `${engine}/` }]}>
    <NotAllowed request={{ method: "GET", path: `${engine}/creds/${role}` }} />
  </Page>
);

const CredentialsPage: PageComponent = ({ place }) => {
  const { mountOf } = useSession();
  const mount = place.path === "" ? undefined : mountOf(place.path);
  const role = mount ? place.path.slice(mount.path.length) : "";
  const [engine = "", ...asked] = place.path.split("/");
  if (!mount && asked.join("") !== "") return <Refused engine={engine} role={asked.join("/")} />;
  if (!mount) return <MountsPage />;
  if (role === "") return <RolesPage key={mount.path} mount={mount} />;
  return <RolePage key={place.path} mount={mount} role={role} as={place.query["as"]} />;
};

export default CredentialsPage;
