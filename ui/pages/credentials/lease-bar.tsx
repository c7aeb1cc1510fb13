import { useState } from "preact/hooks";
import { post } from "../../client/api.ts";
import { serverNow } from "../../client/clock.ts";
import { Failed } from "../../client/denied.tsx";
import { useSession } from "../../client/session.ts";
import { useStage } from "../../client/stage.ts";
import { useAct, useReturn } from "../../client/use-act.ts";
import { Button, Countdown, durationText, toast } from "../../kit/index.ts";
import { credentials } from "../../texts/credentials.ts";
import { type Lease, leaseIn } from "./taken.ts";

/** The time that credentials have left, and what can be done about it. */

/** Drawn for one lease: another one may be of another token. */
interface LeaseBarProps {
  readonly role: string;
  readonly lease: Lease;
  readonly onLease: (lease: Lease) => void;
  readonly onRevoked: () => void;
  readonly onEnd: () => void;
}

export const LeaseBar = ({ role, lease, onLease, onRevoked, onEnd }: LeaseBarProps) => {
  const session = useSession();
  const stage = useStage();
  const [ours] = useState(stage.is === "in" && stage.ours);
  const [verb, setVerb] = useState<"renew" | "revoke">();
  const { busy, failure, act } = useAct();

  const send = (wanted: "renew" | "revoke") => {
    setVerb(wanted);
    return act(() => post(`sys/leases/${wanted}`, { lease_id: lease.id }));
  };

  const renew = async (): Promise<void> => {
    const answer = await send("renew");
    const renewed = answer && leaseIn(answer.json, serverNow());
    if (!renewed) return;
    onLease(renewed);
    toast(renewed.of < lease.of ? credentials.renewedLess(durationText(renewed.of)) : credentials.renewed);
  };

  const revoke = async (): Promise<void> => {
    if (!(await send("revoke"))) return;
    toast(credentials.revoked);
    onRevoked();
  };

  // Leases end with the token that took them.
  useReturn(async (locked) => {
    if (locked && ours) return onEnd();
    const answer = await post("sys/leases/lookup", { lease_id: lease.id });
    if (!answer.ok && answer.kind === "invalid") onEnd();
  });

  return (
    <div class="credentials-lease">
      <Countdown label={credentials.leftOf(role)} endsAt={lease.endsAt} of={lease.of} onEnd={onEnd} />
      <div class="actions">
        {lease.renewable && session.may("sys/leases/renew", "update") && (
          <Button busy={busy && verb === "renew"} disabled={busy && verb === "revoke"} onClick={() => void renew()}>
            {credentials.renew}
          </Button>
        )}
        {session.may("sys/leases/revoke", "update") && (
          <Button
            kind="danger"
            busy={busy && verb === "revoke"}
            disabled={busy && verb === "renew"}
            onClick={() => void revoke()}
          >
            {credentials.revoke}
          </Button>
        )}
      </div>
      <p class="muted small">
        {credentials.lease} <span class="mono credentials-id">{lease.id}</span>
      </p>
      {failure && <Failed failure={failure} />}
    </div>
  );
};
