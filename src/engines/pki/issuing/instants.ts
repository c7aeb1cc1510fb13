import { invalidRequest } from "../../../framework/index.ts";
import { shown } from "../../../std/shown.ts";

/** Times as requests and roles write them: RFC 3339, with Go's texts for what is not one. Epoch milliseconds. */

const SHAPE = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/;

/** The first moment that UTCTime has, and the last that GeneralizedTime has (RFC 5280, section 4.1.2.5). */
export const EARLIEST = Date.UTC(1950, 0, 1);
const LATEST = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

const isOfCalendar = (text: string): boolean => new Date(`${text}Z`).toISOString().slice(0, 19) === text;

/** Reads a time, to the second where a certificate can say no more. Throws for what is none. */
export const parseInstant = (text: string): number => {
  const [, local = "", , zone = ""] = SHAPE.exec(text) ?? [];
  const at = local === "" ? Number.NaN : Date.parse(text);
  if (Number.isNaN(at) || Number.isNaN(Date.parse(`${local}Z`)) || !isOfCalendar(local) || zone === "-00:00") {
    throw invalidRequest(
      `parsing time ${shown(text)} as "2006-01-02T15:04:05Z07:00": cannot parse ${shown(text)} as "2006"`,
    );
  }
  if (at < EARLIEST || at > LATEST) throw invalidRequest(`the time ${shown(text)} has no form in a certificate`);
  return at;
};

/** As Go prints it: a fraction only where there is one, without zeros at its end. */
export const formatInstant = (at: number): string => new Date(at).toISOString().replace(/\.?0*Z$/, "Z");
