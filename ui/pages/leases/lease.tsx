import { useState } from "preact/hooks";
import { post } from "../../client/api.ts";
import { Failed } from "../../client/denied.tsx";
import { useSession } from "../../client/session.ts";
import { shellWord } from "../../client/shell-word.ts";
import { useAct } from "../../client/use-act.ts";
import { useApi } from "../../client/use-api.ts";
import {
  Button,
  CopyAs,
  Countdown,
  Dialog,
  Empty,
  Fact,
  Facts,
  Loading,
  Note,
  Page,
  Time,
  toast,
} from "../../kit/index.ts";
import { kit } from "../../texts/kit.ts";
import { leases } from "../../texts/leases.ts";
import { crumbsOf } from "./crumbs.ts";
import { IdForm } from "./id-form.tsx";
import { type Lease, LOOKUP, leaseIn } from "./lookups.ts";

/** One lease: what made it, when it ends, and ending it before. */

const At = ({ at }: { readonly at: number }) => (at === 0 ? <span>{leases.never}</span> : <Time at={at} exact />);

const LeaseFacts = ({ lease }: { readonly lease: Lease }) => (
  <Facts>
    <Fact name={leases.path}>
      <span class="mono">{lease.path}</span>
    </Fact>
    <Fact name={leases.issued}>
      <At at={lease.issuedAt} />
    </Fact>
    {lease.renewedAt > 0 && (
      <Fact name={leases.renewedAt}>
        <At at={lease.renewedAt} />
      </Fact>
    )}
    <Fact name={leases.ends}>
      <At at={lease.endsAt} />
    </Fact>
    <Fact name={leases.renewable}>{lease.renewable ? leases.yes : leases.no}</Fact>
  </Facts>
);

const Actions = ({ lease, onChange }: { readonly lease: Lease; readonly onChange: () => void }) => {
  const session = useSession();
  const [asking, setAsking] = useState(false);
  const { busy, failure, act } = useAct();
  const send = async (verb: "renew" | "revoke", done: string): Promise<void> => {
    const answer = await act(() => post(`sys/leases/${verb}`, { lease_id: lease.id }));
    setAsking(false);
    if (!answer) return;
    toast(done);
    onChange();
  };
  return (
    <>
      <div class="actions">
        {lease.renewable && session.may("sys/leases/renew", "update") && (
          <Button busy={busy} onClick={() => void send("renew", leases.renewed)}>
            {leases.renew}
          </Button>
        )}
        {session.may("sys/leases/revoke", "update") && (
          <Button kind="danger" onClick={() => setAsking(true)}>
            {leases.revoke}
          </Button>
        )}
      </div>
      {failure && <Failed failure={failure} />}
      {asking && (
        <Dialog
          title={leases.revokeTitle(lease.id)}
          onClose={() => setAsking(false)}
          onSubmit={() => void send("revoke", leases.revoked)}
          actions={
            <>
              <Button kind="danger" type="submit" busy={busy}>
                {leases.revoke}
              </Button>
              <Button onClick={() => setAsking(false)}>{kit.cancel}</Button>
            </>
          }
        >
          <p>{leases.revokeText}</p>
        </Dialog>
      )}
    </>
  );
};

const Found = ({ lease, onChange }: { readonly lease: Lease; readonly onChange: () => void }) => (
  <>
    {lease.error !== "" && (
      <Note kind="danger">
        <strong>{leases.stuck}</strong>
        <p>{lease.error}</p>
      </Note>
    )}
    {lease.endsAt > 0 && lease.error === "" && (
      <Countdown
        label={lease.id}
        endsAt={lease.endsAt}
        of={(lease.endsAt - (lease.renewedAt || lease.issuedAt)) / 1_000}
        onEnd={onChange}
      />
    )}
    <LeaseFacts lease={lease} />
    <Actions lease={lease} onChange={onChange} />
  </>
);

export const LeasePage = ({ id }: { readonly id: string }) => {
  const request = { method: "POST", path: LOOKUP, body: JSON.stringify({ lease_id: id }) } as const;
  const { answer, again } = useApi(request);
  const unknown = answer?.ok === false && answer.kind === "invalid";
  return (
    <Page
      title={id}
      mono
      crumbs={crumbsOf(id)}
      actions={answer?.ok && <CopyAs path={id} vault={`lease lookup ${shellWord(id)}`} curl={request} />}
    >
      {!answer && <Loading />}
      {answer?.ok && <Found lease={leaseIn(answer)} onChange={again} />}
      {unknown && (
        <>
          <Empty>{leases.unknown}</Empty>
          <IdForm />
        </>
      )}
      {answer?.ok === false && !unknown && <Failed failure={answer} again={again} />}
    </Page>
  );
};
