import { useEffect, useState } from "preact/hooks";
import { post, type Success } from "../../client/api.ts";
import { fewAtATime } from "../../client/few-at-a-time.ts";
import { momentIn, numberIn, textIn, trueIn } from "../../client/read-json.ts";

/** Leases as the server describes them; a folder's, a few at a time. */

export interface Lease {
  readonly id: string;
  readonly path: string;
  readonly renewable: boolean;
  /** Milliseconds; 0: none. */
  readonly issuedAt: number;
  readonly endsAt: number;
  readonly renewedAt: number;
  /** Seconds left. */
  readonly ttl: number;
  /** Why it could not be revoked; empty: it was not tried in vain. */
  readonly error: string;
}

export const leaseIn = ({ data }: Pick<Success, "data">): Lease => ({
  id: textIn(data, "id"),
  path: textIn(data, "path"),
  renewable: trueIn(data, "renewable"),
  issuedAt: momentIn(data, "issue_time") ?? 0,
  endsAt: momentIn(data, "expire_time") ?? 0,
  renewedAt: momentIn(data, "last_renewal") ?? 0,
  ttl: numberIn(data, "ttl"),
  error: textIn(data, "revoke_error"),
});

export const LOOKUP = "sys/leases/lookup";
export const MOST = 200;

/** Those found so far, by id; a lease that ended meanwhile is left out. */
export const useLeases = (ids: readonly string[]): ReadonlyMap<string, Lease> => {
  const [found, setFound] = useState<ReadonlyMap<string, Lease>>(new Map());
  const wanted = ids.slice(0, MOST);
  const key = JSON.stringify(wanted);
  useEffect(() => {
    let current = true;
    const leases = new Map<string, Lease>();
    const look = async (id: string): Promise<void> => {
      const answer = await post(LOOKUP, { lease_id: id });
      if (answer.ok) leases.set(id, leaseIn(answer));
    };
    setFound(new Map());
    void fewAtATime(wanted, look, () => current).then(() => {
      if (current) setFound(leases);
    });
    return () => {
      current = false;
    };
  }, [key]);
  return found;
};
