import { type BackendContext, invalidRequest } from "../../../framework/index.ts";
import { shown } from "../../../std/shown.ts";
import { formatDuration, seconds, wholeRfc3339 } from "../../../std/time.ts";
import type { DatesAsked } from "./fields.ts";

/** From when to when an authority is valid, and what holds for all certificates. Throws with the reference's texts. */

export interface Validity {
  /** Epoch milliseconds. */
  readonly notBefore: number;
  readonly notAfter: number;
  readonly warnings: readonly string[];
}

const RFC3339 = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d+)?(Z|[+-]\d\d:\d\d)$/;
const LAYOUT = "2006-01-02T15:04:05Z07:00";
/** What a certificate can say. */
export const EARLIEST = Date.UTC(1950, 0, 1);
const LATEST = Date.UTC(9999, 11, 31, 23, 59, 59);

/** Epoch milliseconds of an RFC 3339 time. Throws for any other text. */
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

/** How far back authorities and certificates begin where nothing else is said, in seconds: clocks differ. */
export const USUAL_BACKDATING = 30;

const given = (text: string | undefined): text is string => text !== undefined && text !== "";

/** A lifetime in seconds that is not longer than the longest, and what is said of one that was. */
export const cutTtl = (
  wanted: number,
  most: number,
): { readonly seconds: number; readonly warnings: readonly string[] } => {
  if (wanted <= most) return { seconds: wanted, warnings: [] };
  const [longer, longest] = [wanted, most].map((ttl) => formatDuration(seconds(ttl)));
  return {
    seconds: most,
    warnings: [`TTL "${longer}" is longer than permitted maxTTL "${longest}", so maxTTL is being used`],
  };
};

export const refuseTwoEnds = (): never => {
  throw invalidRequest("Either ttl or not_after should be provided. Both should not be provided in the same request.");
};

const endOf = (asked: DatesAsked, { mount, clock }: BackendContext): Pick<Validity, "notAfter" | "warnings"> => {
  const ttl = asked.ttl ?? 0;
  if (given(asked.not_after)) {
    const notAfter = momentOf(asked.not_after);
    if (ttl > 0) refuseTwoEnds();
    return { notAfter, warnings: [] };
  }
  const { seconds: lasts, warnings } = cutTtl(ttl > 0 ? ttl : mount.defaultTtl, mount.maxTtl);
  return { notAfter: clock.now() + lasts * 1000, warnings };
};

export const validityFor = (asked: DatesAsked, cx: BackendContext): Validity => {
  const { notAfter, warnings } = endOf(asked, cx);
  const back = asked.not_before_duration ?? 0;
  const notBefore = given(asked.not_before)
    ? momentOf(asked.not_before)
    : cx.clock.now() - (back > 0 ? back : USUAL_BACKDATING) * 1000;
  return { notBefore, notAfter: Math.min(notAfter, LATEST), warnings };
};

/** Throws for what would end before it begins. */
export const refuseBackwards = ({ notBefore, notAfter }: Pick<Validity, "notBefore" | "notAfter">): void => {
  if (notBefore < notAfter) return;
  const how = notBefore === notAfter ? "equal to" : "later than";
  throw invalidRequest(
    `The certificate's Not Before (${wholeRfc3339(notBefore)}) is ${how} the certificate's Not After (${wholeRfc3339(notAfter)})`,
  );
};
