import { Failed } from "../../client/denied.tsx";
import { textsIn } from "../../client/read-json.ts";
import { useSession } from "../../client/session.ts";
import { useApi } from "../../client/use-api.ts";
import { Empty, Loading, Row, Rows, Section, Tag, Visible } from "../../kit/index.ts";
import { hrefOf } from "../../routes.ts";
import { access } from "../../texts/access.ts";
import type { AuthMount } from "./directory.ts";
import { PARTS, type Part } from "./parts.ts";
import { useAuthMounts } from "./use-auth-mounts.ts";

/** Methods to sign in by, with the users and roles that each of them keeps. */

const words = access.methods;

interface NamesProps {
  readonly mount: AuthMount;
  readonly part: Part;
}

const Names = ({ mount, part }: NamesProps) => {
  const { answer, again } = useApi({ method: "GET", path: `auth/${mount.path}${part.path}`, query: { list: "true" } });
  if (!answer) return <Loading />;
  if (!answer.ok && answer.kind !== "not-found") return <Failed failure={answer} again={again} />;
  const names = answer.ok ? textsIn(answer.data, "keys") : [];
  if (names.length === 0) return <p class="muted">{words.none}</p>;
  return (
    <Rows label={`${mount.path} ${part.title}`}>
      {names.map((name) => (
        <Row key={name} href={hrefOf("access", "methods", { mount: mount.path, part: part.path, name })}>
          <code>
            <Visible text={name} />
          </code>
        </Row>
      ))}
    </Rows>
  );
};

const Method = ({ mount }: { readonly mount: AuthMount }) => {
  const { may } = useSession();
  const parts = (PARTS[mount.type] ?? []).filter((part) => may(`auth/${mount.path}${part.path}`, "list"));
  if (parts.length === 0) return null;
  return (
    <Section title={mount.path} actions={mount.path !== `${mount.type}/` && <Tag>{mount.type}</Tag>}>
      {mount.description !== "" && <p class="muted">{mount.description}</p>}
      {parts.map((part) => (
        <div class="access-part" key={part.path}>
          <h3>{part.title}</h3>
          <Names mount={mount} part={part} />
        </div>
      ))}
    </Section>
  );
};

export const Methods = () => {
  const mounts = useAuthMounts();
  return (
    <div class="access-panel">
      {mounts.length === 0 ? (
        <Empty>{words.empty}</Empty>
      ) : (
        mounts.map((mount) => <Method key={mount.path} mount={mount} />)
      )}
    </div>
  );
};
