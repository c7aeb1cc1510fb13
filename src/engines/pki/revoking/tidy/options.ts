import { z } from "zod";
import { field, invalidRequest } from "../../../../framework/index.ts";
import { DurationError, formatDuration, parseExactDuration, seconds } from "../../../../std/time.ts";

/** What tidying shall look at, and for how long after their end things are kept. */

const flags = {
  tidy_cert_store: z.boolean(),
  tidy_revoked_certs: z.boolean(),
  tidy_invalid_certs: z.boolean(),
  tidy_revoked_cert_issuer_associations: z.boolean(),
  tidy_expired_issuers: z.boolean(),
  tidy_move_legacy_ca_bundle: z.boolean(),
  tidy_acme: z.boolean(),
};

export const Options = z.object({
  ...flags,
  /** Seconds. */
  safety_buffer: z.int(),
  revoked_safety_buffer: z.int(),
  issuer_safety_buffer: z.int(),
  acme_account_safety_buffer: z.int(),
  /** Milliseconds between two entries. */
  pause: z.int(),
  page_size: z.int(),
});
export type Options = z.output<typeof Options>;

const tasks = {
  tidy_cert_store: field.flag("Whether certificates that have ended go."),
  tidy_revoked_certs: field.flag(
    "Whether revocations of certificates that have ended go, and with them their entries on lists.",
  ),
  tidy_revocation_list: field.flag("The same; its name of long ago."),
  tidy_invalid_certs: field.flag("Whether rows that hold no readable certificate go."),
  tidy_revoked_cert_issuer_associations: field.flag(
    "Whether revocations whose issuer is gone get the one that signed them.",
  ),
  tidy_expired_issuers: field.flag("Whether issuers that have ended go; their keys stay."),
  tidy_move_legacy_ca_bundle: field.flag("Accepted; there is nothing of that kind here."),
  tidy_acme: field.flag("Whether accounts and orders of ACME that are over go."),
};

export const optionFields = {
  ...tasks,
  safety_buffer: field.duration("How long after its end a certificate is kept; 72h unless given."),
  revoked_safety_buffer: field.duration("The same for revoked ones; as `safety_buffer` unless given."),
  issuer_safety_buffer: field.duration("The same for issuers; 8760h unless given."),
  acme_account_safety_buffer: field.duration("How long ACME accounts without orders are kept; 720h unless given."),
  pause_duration: field.text("Pause between two entries; `0s` unless given."),
  page_size: field.integer("Entries read at once; 1000 unless given."),
};
const Fields = z.object(optionFields);
export type OptionFields = Partial<z.output<typeof Fields>>;

export const DEFAULTS: Options = {
  tidy_cert_store: false,
  tidy_revoked_certs: false,
  tidy_invalid_certs: false,
  tidy_revoked_cert_issuer_associations: false,
  tidy_expired_issuers: false,
  tidy_move_legacy_ca_bundle: false,
  tidy_acme: false,
  safety_buffer: 72 * 3600,
  revoked_safety_buffer: 72 * 3600,
  issuer_safety_buffer: 365 * 24 * 3600,
  acme_account_safety_buffer: 30 * 24 * 3600,
  pause: 0,
  page_size: 1000,
};

const TASKS = z.object(flags).keyof().options;
/** As texts name them. */
export const ALL_TASKS = TASKS.join(" / ");

export const hasTask = (options: Options): boolean => TASKS.some((task) => options[task]);

/** Milliseconds; what is shorter than one counts as one. Throws `invalid_request` with `refusal` in front. */
const pauseIn = (text: string, refusal: string): number => {
  let pause: number;
  try {
    pause = Math.ceil(parseExactDuration(text) * 1000);
  } catch (cause) {
    if (!(cause instanceof DurationError)) throw cause;
    throw invalidRequest(`${refusal}${cause.message}`, { cause });
  }
  if (pause < 0) throw invalidRequest("received invalid, negative pause_duration");
  return pause;
};

/** As Go prints it. */
export const pauseText = (pause: number): string => {
  if (pause > 0 && pause < 1000) return `${pause}ms`;
  return formatDuration(seconds(pause / 1000)).replace(/\d+s$/, `${(pause % 60_000) / 1000}s`);
};

/** The texts of refusals differ between one run and the settings of automatic ones. */
export interface Refusals {
  readonly buffer: (name: string, value: number) => string;
  readonly pause: string;
  readonly page: string;
  /** Page sizes below 1 mean all at once; whether that is allowed. */
  readonly allAtOnce: boolean;
}

export const ONE_RUN: Refusals = {
  buffer: (name) => `${name === "revoked_safety_buffer" ? "revokedSafetyBuffer" : name} must be greater than zero`,
  pause: "Error parsing pause_duration: ",
  page: "page_size must be greater than five",
  allAtOnce: true,
};

export const AUTOMATIC: Refusals = {
  buffer: (name, value) => {
    const given = name === "revoked_safety_buffer" ? name : `given ${name}`;
    return `${given} must be at least one second; got: ${value}`;
  },
  pause: "unable to parse given pause_duration: ",
  page: "page_size must be at least 5",
  allAtOnce: false,
};

const BUFFERS = [
  "safety_buffer",
  "revoked_safety_buffer",
  "issuer_safety_buffer",
  "acme_account_safety_buffer",
] as const;
const LEAST_PAGE = 5;

/** What was there, changed by what is given. Throws `invalid_request`. */
export const changedOptions = (before: Options, given: OptionFields, refusals: Refusals): Options => {
  const { pause_duration, tidy_revocation_list: _, ...rest } = given;
  const named = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
  const pause = pause_duration === undefined ? before.pause : pauseIn(pause_duration, refusals.pause);
  const after = { ...before, ...named, pause };
  for (const name of BUFFERS) {
    const value = given[name];
    if (value !== undefined && value < 1) throw invalidRequest(refusals.buffer(name, value));
  }
  const size = given.page_size ?? LEAST_PAGE;
  if (size < LEAST_PAGE && !(refusals.allAtOnce && size <= 0)) throw invalidRequest(refusals.page);
  return after;
};

export const optionsShown = {
  ...flags,
  safety_buffer: z.number().describe("seconds"),
  revoked_safety_buffer: z.number(),
  issuer_safety_buffer: z.number(),
  acme_account_safety_buffer: z.number(),
  pause_duration: z.string(),
  page_size: z.number(),
};

/** As answers have them. */
export const showOptions = ({ pause, ...options }: Options) => ({ ...options, pause_duration: pauseText(pause) });
