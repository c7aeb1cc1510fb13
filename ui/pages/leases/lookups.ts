import { useEffect, useState } from "preact/hooks";
import { post, type Success } from "../../client/api.ts";
import { numberIn, textIn, trueIn } from "../../client/read-json.ts";

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

const moment = (text: string): number => {
  const at = Date.parse(text);
  return Number.isNaN(at) ? 0 : at;
};

export const leaseIn = ({ data }: Pick<Success, "data">): Lease => ({
  id: textIn(data, "id"),
  path: textIn(data, "path"),
  renewable: trueIn(data, "renewable"),
  issuedAt: moment(textIn(data, "issue_time")),
  endsAt: moment(textIn(data, "expire_time")),
  renewedAt: moment(textIn(data, "last_renewal")),
  ttl: numberIn(data, "ttl"),
  error: textIn(data, "revoke_error"),
});

export const LOOKUP = "sys/leases/lookup";
export const MOST = 200;
const AT_ONCE = 6;

/** Those found so far, by id; a lease that ended meanwhile is left out. */
export const useLeases = (ids: readonly string[]): ReadonlyMap<string, Lease> => {
  const [found, setFound] = useState<ReadonlyMap<string, Lease>>(new Map());
  const wanted = ids.slice(0, MOST);
  const key = JSON.stringify(wanted);
  useEffect(() => {
    let current = true;
    const waiting = [...wanted];
    const leases = new Map<string, Lease>();
    const work = async (): Promise<void> => {
      for (let id = waiting.shift(); id !== undefined && current; id = waiting.shift()) {
        const answer = await post(LOOKUP, { lease_id: id });
        if (answer.ok) leases.set(id, leaseIn(answer));
      }
    };
    setFound(new Map());
    void Promise.all(Array.from({ length: AT_ONCE }, work)).then(() => {
      if (current) setFound(leases);
    });
    return () => {
      current = false;
    };
  }, [key]);
  return found;
};
