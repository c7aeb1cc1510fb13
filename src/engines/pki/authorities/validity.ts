import { type BackendContext, invalidRequest } from "../../../framework/index.ts";
import { shown } from "../../../std/shown.ts";
import { formatDuration } from "../../../std/time.ts";
import type { DatesAsked } from "./fields.ts";

/** From when to when an authority is valid. Throws with the reference's texts. */

export interface Validity {
  /** Epoch milliseconds. */
  readonly notBefore: number;
  readonly notAfter: number;
  readonly warnings: readonly string[];
}

const RFC3339 = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d+)?(Z|[+-]\d\d:\d\d)$/;
const LAYOUT = "2006-01-02T15:04:05Z07:00";
/** What a certificate can say. */
const EARLIEST = Date.UTC(1950, 0, 1);
const LATEST = Date.UTC(9999, 11, 31, 23, 59, 59);

/** Epoch milliseconds of an RFC 3339 time. Throws for a text that is none. */
export const momentOf = (text: string): number => {
  const [, date, zone] = RFC3339.exec(text) ?? [];
  const ms = date === undefined || zone === undefined ? Number.NaN : Date.parse(`${date}${zone}`);
  // A date that does not exist, such as 30 February, must not become another one.
  const exists = !Number.isNaN(ms) && new Date(`${date}Z`).toISOString().startsWith(date ?? "");
  if (!exists)
    throw invalidRequest(`parsing time ${shown(text)} as "${LAYOUT}": cannot parse ${shown(text)} as "2006"`);
  if (ms < EARLIEST || ms > LATEST) throw invalidRequest(`a certificate cannot say the time ${shown(text)}`);
  return ms;
};

const USUAL_BACKDATING_SECONDS = 30;

const given = (text: string | undefined): text is string => text !== undefined && text !== "";

/** Whole seconds, as Go prints a time. */
export const iso = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+/, "");

const endOf = (asked: DatesAsked, { mount, clock }: BackendContext): Pick<Validity, "notAfter" | "warnings"> => {
  const ttl = asked.ttl ?? 0;
  if (given(asked.not_after)) {
    const notAfter = momentOf(asked.not_after);
    if (ttl > 0) {
      throw invalidRequest(
        "Either ttl or not_after should be provided. Both should not be provided in the same request.",
      );
    }
    return { notAfter, warnings: [] };
  }
  const wanted = asked.ttl !== undefined && ttl > 0 ? asked.ttl : mount.defaultTtl;
  if (wanted <= mount.maxTtl) return { notAfter: clock.now() + wanted * 1000, warnings: [] };
  const [longer, most] = [formatDuration(wanted), formatDuration(mount.maxTtl)];
  return {
    notAfter: clock.now() + mount.maxTtl * 1000,
    warnings: [`TTL "${longer}" is longer than permitted maxTTL "${most}", so maxTTL is being used`],
  };
};

export const validityFor = (asked: DatesAsked, cx: BackendContext): Validity => {
  const { notAfter, warnings } = endOf(asked, cx);
  const back = asked.not_before_duration ?? 0;
  const notBefore = given(asked.not_before)
    ? momentOf(asked.not_before)
    : cx.clock.now() - (back > 0 ? back : USUAL_BACKDATING_SECONDS) * 1000;
  return { notBefore, notAfter: Math.min(notAfter, LATEST), warnings };
};

/** Throws for an authority that would end before it begins. */
export const refuseBackwards = ({ notBefore, notAfter }: Validity): void => {
  if (notBefore < notAfter) return;
  const how = notBefore === notAfter ? "equal to" : "later than";
  throw invalidRequest(
    `The certificate's Not Before (${iso(notBefore)}) is ${how} the certificate's Not After (${iso(notAfter)})`,
  );
};
