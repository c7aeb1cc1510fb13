import { useEffect, useState } from "preact/hooks";
import { Failed } from "../../client/denied.tsx";
import { useSession } from "../../client/session.ts";
import { useAct } from "../../client/use-act.ts";
import { Button, Loading, Section, Time, Visible } from "../../kit/index.ts";
import { machines } from "../../texts/machines.ts";
import { type Looked, lookAt, type MachineLogin, MOST, readAccessors } from "./logins.ts";
import { Reads } from "./reads.tsx";
import type { MachineRole } from "./roles.ts";

/** Machines that hold a token now, by the accessors of tokens. Many of them are looked at only after a click. */

const BY_ITSELF = 50;

interface LoginProps {
  readonly login: MachineLogin;
  readonly roles: readonly MachineRole[];
}

const Login = ({ login, roles }: LoginProps) => {
  const role = roles.find(({ roleId }) => roleId !== "" && roleId === login.roleId);
  return (
    <li class="machines-item">
      <p class="machines-line">
        <strong>
          <Visible text={login.machine} />
        </strong>
        {role && (
          <span>
            {machines.role} <code>{role.name}</code>
          </span>
        )}
        {login.account !== "" && (
          <span>
            {machines.account} <code>{login.account}</code>
          </span>
        )}
      </p>
      <p class="machines-line muted">
        <span>
          {machines.since} <Time at={login.at} />
        </span>
        {login.renewedAt !== undefined && (
          <span>
            {machines.renewed} <Time at={login.renewedAt} />
          </span>
        )}
        <span>
          {login.endsAt === undefined ? (
            machines.endless
          ) : (
            <>
              {machines.ends} <Time at={login.endsAt} />
            </>
          )}
        </span>
      </p>
      <Reads name={login.machine} policies={login.policies} />
    </li>
  );
};

const Found = ({ looked, roles }: { readonly looked: Looked; readonly roles: readonly MachineRole[] }) => (
  <>
    {looked.logins.length === 0 && <p class="muted">{machines.nobody}</p>}
    {looked.logins.length > 0 && (
      <ul class="lines" aria-label={machines.lately}>
        {looked.logins.map((login) => (
          <Login key={login.accessor} login={login} roles={roles} />
        ))}
      </ul>
    )}
    {looked.gone > 0 && <p class="muted small">{machines.gone(looked.gone)}</p>}
    {looked.left > 0 && <p class="muted small">{machines.unseen(MOST)}</p>}
  </>
);

interface LivingProps {
  /** With `auth/` before and a slash after. */
  readonly mounts: readonly string[];
  readonly roles: readonly MachineRole[];
}

const Looking = ({ mounts, roles }: LivingProps) => {
  const [accessors, setAccessors] = useState<readonly string[]>();
  const [looked, setLooked] = useState<Looked>();
  const { busy, failure, act } = useAct();
  const look = async (found: readonly string[]): Promise<void> => {
    setLooked(await act(() => lookAt(found, mounts)));
  };
  const start = async (): Promise<void> => {
    const found = await act(readAccessors);
    setAccessors(found);
    if (found && found.length <= BY_ITSELF) await look(found);
  };
  useEffect(() => void start(), []);
  if (failure) return <Failed failure={failure} again={() => void start()} />;
  if (looked) return <Found looked={looked} roles={roles} />;
  if (!accessors || (busy && accessors.length <= BY_ITSELF)) return <Loading />;
  return (
    <>
      <p class="muted">{machines.lookText}</p>
      <p>
        <Button busy={busy} onClick={() => void look(accessors)}>
          {machines.look(Math.min(accessors.length, MOST))}
        </Button>
      </p>
    </>
  );
};

export const Living = ({ mounts, roles }: LivingProps) => {
  const { may } = useSession();
  const path = "auth/token/accessors";
  const allowed =
    may(path, "list") && (may(path, "sudo") || may(`${path}/`, "sudo")) && may("auth/token/lookup-accessor", "update");
  return (
    <Section title={machines.lately}>
      <p class="muted">{allowed ? `${machines.latelyText} ${machines.latelyLimits}` : machines.noTokens}</p>
      {allowed && <Looking mounts={mounts} roles={roles} />}
    </Section>
  );
};
