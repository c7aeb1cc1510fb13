import { useState } from "preact/hooks";
import { Failed } from "../../client/denied.tsx";
import { textsIn } from "../../client/read-json.ts";
import { useSession } from "../../client/session.ts";
import { useApi } from "../../client/use-api.ts";
import { Button, Empty, Loading, Row, Rows, Section, Visible } from "../../kit/index.ts";
import { hrefOf } from "../../routes.ts";
import { access } from "../../texts/access.ts";
import type { AuthMount } from "./directory.ts";
import { NewApplication } from "./new-application.tsx";
import { useAuthMounts } from "./use-auth-mounts.ts";

/** Applications that log in by AppRole. */

const words = access.applications;

const Roles = ({ mount }: { readonly mount: AuthMount }) => {
  const { answer, again } = useApi({ method: "GET", path: `auth/${mount.path}role`, query: { list: "true" } });
  if (!answer) return <Loading />;
  if (!answer.ok && answer.kind !== "not-found") return <Failed failure={answer} again={again} />;
  const names = answer.ok ? textsIn(answer.data, "keys") : [];
  if (names.length === 0) return <p class="muted">{access.methods.none}</p>;
  return (
    <Rows label={`${mount.path} ${words.list}`}>
      {names.map((name) => (
        <Row key={name} href={hrefOf("access", "applications", { mount: mount.path, name })}>
          <code>
            <Visible text={name} />
          </code>
        </Row>
      ))}
    </Rows>
  );
};

export const Applications = () => {
  const { may } = useSession();
  const [adding, setAdding] = useState(false);
  const mounts = useAuthMounts().filter(({ type }) => type === "approle");
  const listable = mounts.filter(({ path }) => may(`auth/${path}role`, "list"));
  const writable = mounts.filter(
    ({ path }) => may(`auth/${path}role/x`, "update") && may(`auth/${path}role/x`, "read"),
  );
  return (
    <div class="access-panel">
      {writable.length > 0 && (
        <div class="actions">
          <Button kind="primary" icon="plus" onClick={() => setAdding(true)}>
            {words.add}
          </Button>
        </div>
      )}
      {listable.length === 0 && <Empty>{words.empty}</Empty>}
      {listable.map((mount) => (
        <Section key={mount.path} title={mount.path}>
          <Roles mount={mount} />
        </Section>
      ))}
      {adding && <NewApplication mounts={writable} onClose={() => setAdding(false)} />}
    </div>
  );
};
