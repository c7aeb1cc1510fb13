import { useState } from "preact/hooks";
import { type Failure, post } from "../../client/api.ts";
import { serverNow } from "../../client/clock.ts";
import { Failed } from "../../client/denied.tsx";
import { useSession } from "../../client/session.ts";
import { useStage } from "../../client/stage.ts";
import { useReturn } from "../../client/use-return.ts";
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
  const [busy, setBusy] = useState<"renew" | "revoke">();
  const [failure, setFailure] = useState<Failure>();

  const send = async (verb: "renew" | "revoke") => {
    setBusy(verb);
    const answer = await post(`sys/leases/${verb}`, { lease_id: lease.id });
    setBusy(undefined);
    setFailure(answer.ok ? undefined : answer);
    return answer;
  };

  const renew = async (): Promise<void> => {
    const answer = await send("renew");
    const renewed = answer.ok ? leaseIn(answer.json, serverNow()) : undefined;
    if (!renewed) return;
    onLease(renewed);
    toast(renewed.of < lease.of ? credentials.renewedLess(durationText(renewed.of)) : credentials.renewed);
  };

  const revoke = async (): Promise<void> => {
    if (!(await send("revoke")).ok) return;
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
          <Button busy={busy === "renew"} disabled={busy === "revoke"} onClick={() => void renew()}>
            {credentials.renew}
          </Button>
        )}
        {session.may("sys/leases/revoke", "update") && (
          <Button kind="danger" busy={busy === "revoke"} disabled={busy === "renew"} onClick={() => void revoke()}>
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
