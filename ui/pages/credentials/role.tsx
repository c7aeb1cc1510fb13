import { useState } from "preact/hooks";
import { call } from "../../client/api.ts";
import { serverNow } from "../../client/clock.ts";
import { Failed } from "../../client/denied.tsx";
import type { MountShown } from "../../client/session.ts";
import { shellWord } from "../../client/shell-word.ts";
import { useAct } from "../../client/use-act.ts";
import { announce, CopyAs, Countdown, Empty, Note, Page, useLeaveWarning } from "../../kit/index.ts";
import { hrefOf } from "../../routes.ts";
import { credentials } from "../../texts/credentials.ts";
import { Connect } from "./connect.tsx";
import { type FieldName, pathOf, requestOf, type Way, waysOf } from "./engines.ts";
import { RoleForm } from "./form.tsx";
import { LeaseBar } from "./lease-bar.tsx";
import { ShownFacts } from "./shown-facts.tsx";
import { type Lease, type Taken, takenIn } from "./taken.ts";

/** One role: its form, and then what it gave, with the time that is left. */

interface RolePageProps {
  readonly mount: MountShown;
  readonly role: string;
  /** A way's name; absent: the engine's first. */
  readonly as: string | undefined;
}

type Over = "revoked" | "ended";

interface Result {
  readonly taken: Taken;
  readonly over: Over | undefined;
}

const Changes = ({
  way,
  role,
  taken,
  onEnd,
}: {
  readonly way: Way;
  readonly role: string;
  readonly taken: Taken;
  readonly onEnd: () => void;
}) =>
  taken.changes ? (
    <Countdown
      label={way.name === "code" ? credentials.codeOf(role) : credentials.changesIn(role)}
      endsAt={taken.changes.endsAt}
      of={taken.changes.of}
      onEnd={onEnd}
    />
  ) : null;

interface GivenProps {
  readonly mount: MountShown;
  readonly way: Way;
  readonly role: string;
  readonly result: Result;
  readonly onLease: (lease: Lease) => void;
  readonly onOver: (over: Over) => void;
}

const Given = ({ mount, way, role, result: { taken, over }, onLease, onOver }: GivenProps) => {
  if (over) return <Note kind="info">{over === "revoked" ? credentials.revoked : credentials.over}</Note>;
  return (
    <div class="credentials-given">
      {way.once && <Note kind="warn">{credentials.once}</Note>}
      <ShownFacts shown={taken.shown} />
      {taken.lease && (
        <LeaseBar
          key={taken.lease.id}
          role={role}
          lease={taken.lease}
          onLease={onLease}
          onRevoked={() => onOver("revoked")}
          onEnd={() => onOver("ended")}
        />
      )}
      <Changes way={way} role={role} taken={taken} onEnd={() => onOver("ended")} />
      {mount.type === "database" && <Connect mount={mount} role={role} way={way} shown={taken.shown} />}
    </div>
  );
};

/** What is asked for in a form first is nothing to copy: then there is the path, and the link. */
const CopyRole = ({ way: { method }, path }: { readonly way: Way; readonly path: string }) =>
  method === "GET" ? (
    <CopyAs path={path} vault={`read ${shellWord(path)}`} curl={{ method, path }} />
  ) : (
    <CopyAs path={path} />
  );

export const RolePage = ({ mount, role, as }: RolePageProps) => {
  const ways = waysOf(mount.type);
  const way = ways.find(({ name }) => name === as) ?? ways[0];
  const [result, setResult] = useState<Result>();
  const { busy, failure, act } = useAct();
  const leaving = useLeaveWarning(way?.once === true && result !== undefined && !result.over, credentials.leave);

  const take = async (chosen: Way, values: Partial<Record<FieldName, string>>): Promise<void> => {
    const answer = await act(() => call(requestOf(chosen, mount.path, role, values)));
    if (!answer) return;
    setResult({ taken: takenIn(answer, serverNow()), over: undefined });
    announce(credentials.leftOf(role));
  };
  const change = (next: Partial<Result>): void => setResult((now) => now && { ...now, ...next });

  return (
    <Page
      title={role}
      mono
      crumbs={[
        { label: credentials.title, href: hrefOf("credentials") },
        { label: mount.path, href: hrefOf("credentials", mount.path) },
        { label: role },
      ]}
      actions={way && <CopyRole way={way} path={pathOf(way, mount.path, role)} />}
    >
      {way && <p class="muted">{credentials.promises[way.name]}</p>}
      {way ? (
        <RoleForm way={way} taken={result !== undefined} busy={busy} onTake={(values) => void take(way, values)} />
      ) : (
        <Empty>{credentials.none}</Empty>
      )}
      {failure && <Failed failure={failure} />}
      {way && result && (
        <Given
          mount={mount}
          way={way}
          role={role}
          result={result}
          onLease={(lease) => change({ taken: { ...result.taken, lease } })}
          onOver={(over) => change({ over })}
        />
      )}
      {leaving}
    </Page>
  );
};
