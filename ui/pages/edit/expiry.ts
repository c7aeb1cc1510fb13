/** When the version that is saved next ends. The server keeps a duration, so an end is counted by the server's clock. */

export const EXPIRIES = ["kept", "never", "day", "month", "date"] as const;
export type ExpiryKind = (typeof EXPIRIES)[number];

export interface Expiry {
  readonly is: ExpiryKind;
  /** As a `datetime-local` field has it: `2026-12-24T18:00`, in the time zone of the browser. */
  readonly date: string;
}

const DAY = 86_400;

/** Whole seconds from now; `undefined`: nothing is to be changed; `past`: no date, or one that is over. */
export const secondsOf = ({ is, date }: Expiry, now: number): number | "past" | undefined => {
  switch (is) {
    case "kept":
      return undefined;
    case "never":
      return 0;
    case "day":
      return DAY;
    case "month":
      return 30 * DAY;
    case "date": {
      const seconds = Math.floor((new Date(date).getTime() - now) / 1000);
      return seconds > 0 ? seconds : "past";
    }
  }
};

/** A date some days from now, as a `datetime-local` field has it. */
export const dateIn = (days: number, now: number): string => {
  const at = new Date(now + days * DAY * 1000);
  const two = (part: number): string => String(part).padStart(2, "0");
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${day}T${two(at.getHours())}:${two(at.getMinutes())}`;
};
