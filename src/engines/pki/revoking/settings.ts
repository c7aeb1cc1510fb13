import { z } from "zod";
import { type BackendContext, type DataReply, field, invalidRequest } from "../../../framework/index.ts";
import type { Seconds } from "../../../std/brand.ts";
import { cut } from "../../../std/shown.ts";
import { DurationError, formatDuration, parseDuration } from "../../../std/time.ts";
import { changeBody } from "../../../storage/change.ts";
import type { Address, View } from "../../../storage/store.ts";

/** `config/crl`: how long lists and OCSP answers hold, and when lists are rebuilt. */

export const Settings = z.object({
  expiry: z.string().describe("how long a list holds"),
  disable: z.boolean().describe("lists are empty"),
  ocsp_disable: z.boolean().describe("questions by OCSP are answered `unauthorized`"),
  ocsp_expiry: z.string().describe("how long an OCSP answer holds; 0: it does not say"),
  auto_rebuild: z.boolean().describe("lists are rebuilt by schedule, not with each revocation"),
  auto_rebuild_grace_period: z.string().describe("how long before its end a list is rebuilt"),
  enable_delta: z.boolean().describe("lists of changes between two complete lists"),
  delta_rebuild_interval: z.string().describe("how often the list of changes is rebuilt"),
  allow_expired_cert_revocation: z.boolean().describe("certificates that have ended can be revoked"),
});
export type Settings = z.output<typeof Settings>;

export const SettingsInput = z.object({
  expiry: field.text("How long a list holds, `72h` unless set."),
  disable: field.flag("Whether lists are empty."),
  ocsp_disable: field.flag("Whether questions by OCSP are answered `unauthorized`."),
  ocsp_expiry: field.text("How long an OCSP answer holds, `12h` unless set; `0`: it names no end."),
  auto_rebuild: field.flag("Whether lists are rebuilt by schedule instead of with each revocation."),
  auto_rebuild_grace_period: field.text("How long before its end a list is rebuilt, `12h` unless set."),
  enable_delta: field.flag("Whether changes since the last complete list have a list of their own."),
  delta_rebuild_interval: field.text("How often the list of changes is rebuilt, `15m` unless set."),
  allow_expired_cert_revocation: field.flag("Whether certificates that have ended can be revoked."),
});
export type SettingsInput = z.output<typeof SettingsInput>;

const DEFAULTS: Settings = {
  expiry: "72h",
  disable: false,
  ocsp_disable: false,
  ocsp_expiry: "12h",
  auto_rebuild: false,
  auto_rebuild_grace_period: "12h",
  enable_delta: false,
  delta_rebuild_interval: "15m",
  allow_expired_cert_revocation: false,
};

export const settingsAddress = (view: View): Address => view.at("config/crl");

export const findSettings = async ({ storage }: BackendContext): Promise<Settings> => {
  const entry = await storage.get(settingsAddress(storage));
  return entry ? Settings.parse(entry.body) : DEFAULTS;
};

/** Milliseconds of a duration that was accepted. */
export const lasting = (text: string): number => parseDuration(text) * 1000;

const DURATIONS = ["expiry", "ocsp_expiry", "auto_rebuild_grace_period", "delta_rebuild_interval"] as const;

const checkDuration = (name: (typeof DURATIONS)[number], text: string): void => {
  let seconds: Seconds;
  try {
    seconds = parseDuration(text);
  } catch (cause) {
    if (!(cause instanceof DurationError)) throw cause;
    throw invalidRequest(`given ${name} could not be decoded: ${cause.message}`, { cause });
  }
  // A list that ends before it begins would be signed and refused by every reader.
  if (name === "expiry" && seconds <= 0) throw invalidRequest(`expiry must be greater than 0 got: ${cut(text)}`);
  if (seconds < 0) throw invalidRequest(`${name} must be greater than or equal to 0 got: ${formatDuration(seconds)}`);
};

const checkTogether = (all: Settings): void => {
  const { expiry, auto_rebuild_grace_period: grace, delta_rebuild_interval: interval } = all;
  if (all.auto_rebuild && lasting(grace) >= lasting(expiry)) {
    throw invalidRequest(
      `CRL auto-rebuilding grace period (${grace}) must be strictly shorter than CRL expiry (${expiry}) value when auto-rebuilding of CRLs is enabled`,
    );
  }
  if (all.enable_delta && lasting(interval) >= lasting(expiry)) {
    throw invalidRequest(
      `CRL delta rebuild window (${interval}) must be strictly shorter than CRL expiry (${expiry}) value when delta CRLs are enabled`,
    );
  }
  if (all.enable_delta && !all.auto_rebuild) {
    throw invalidRequest(
      "Delta CRLs cannot be enabled when auto rebuilding is disabled as the complete CRL is always regenerated!",
    );
  }
};

/** Whether a change makes the lists that there are wrong. */
const needsRebuild = (before: Settings, after: Settings): boolean =>
  before.disable !== after.disable ||
  (before.auto_rebuild && !after.auto_rebuild) ||
  before.enable_delta !== after.enable_delta;

/** Changes what is named; what is not stays. `rebuild` is told whether lists have to change, and answers warnings. */
export const writeSettings = async (
  input: SettingsInput,
  cx: BackendContext,
  rebuild: (after: Settings, stale: boolean) => Promise<readonly string[]>,
): Promise<DataReply<Settings>> => {
  for (const name of DURATIONS) {
    const text = input[name];
    if (text !== undefined) checkDuration(name, text);
  }
  const given = Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined));
  let stale = false;
  const data = await changeBody(cx.storage, settingsAddress(cx.storage), Settings, (found) => {
    const before = found ?? DEFAULTS;
    const after = { ...before, ...given };
    checkTogether(after);
    stale = needsRebuild(before, after);
    return after;
  });
  return { data, warnings: await rebuild(data, stale) };
};
