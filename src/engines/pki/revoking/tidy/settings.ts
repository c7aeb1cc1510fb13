import { z } from "zod";
import { type BackendContext, type DataReply, field, invalidRequest } from "../../../../framework/index.ts";
import { changeBody } from "../../../../storage/change.ts";
import type { Address, View } from "../../../../storage/store.ts";
import {
  ALL_TASKS,
  AUTOMATIC,
  changedOptions,
  DEFAULTS,
  hasTask,
  Options,
  optionFields,
  optionsShown,
  showOptions,
} from "./options.ts";

/** `config/auto-tidy`: when tidying begins by itself, and what it does. */

const Settings = z.object({
  enabled: z.boolean(),
  /** Seconds from the end of a run to the next; 0: never. */
  interval: z.int(),
  maintain_stored_certificate_counts: z.boolean(),
  publish_stored_certificate_count_metrics: z.boolean(),
  /** Whether `revoked_safety_buffer` was set; else it follows `safety_buffer`. */
  ownRevokedBuffer: z.boolean(),
  options: Options,
  /** When this was first written, epoch milliseconds: the first run comes an interval later. */
  since: z.int(),
});
type Settings = z.output<typeof Settings>;

export const AutoInput = z.object({
  ...optionFields,
  enabled: field.flag("Whether tidying begins by itself."),
  interval_duration: field.duration("Time from the end of a run to the next; `12h` unless set, 0: never."),
  maintain_stored_certificate_counts: field.flag("Whether certificates are counted, for `tidy-status`."),
  publish_stored_certificate_count_metrics: field.flag("Whether the counts go into the operator's log."),
});

export const AutoShown = z.object({
  ...optionsShown,
  enabled: z.boolean(),
  interval_duration: z.number().describe("seconds"),
  maintain_stored_certificate_counts: z.boolean(),
  publish_stored_certificate_count_metrics: z.boolean(),
});

const UNSET: Settings = {
  enabled: false,
  interval: 12 * 3600,
  maintain_stored_certificate_counts: false,
  publish_stored_certificate_count_metrics: false,
  ownRevokedBuffer: false,
  options: DEFAULTS,
  since: 0,
};

export const autoAddress = (view: View): Address => view.at("config/auto-tidy");

export const findAuto = async ({ storage }: BackendContext): Promise<Settings> => {
  const entry = await storage.get(autoAddress(storage));
  return entry ? Settings.parse(entry.body) : UNSET;
};

export const showAuto = (settings: Settings): z.output<typeof AutoShown> => ({
  ...showOptions(settings.options),
  enabled: settings.enabled,
  interval_duration: settings.interval,
  maintain_stored_certificate_counts: settings.maintain_stored_certificate_counts,
  publish_stored_certificate_count_metrics: settings.publish_stored_certificate_count_metrics,
});

const check = (settings: Settings): void => {
  if (settings.enabled && !hasTask(settings.options)) {
    throw invalidRequest(
      `Auto-tidy enabled but no tidy operations were requested. Enable at least one tidy operation to be run (${ALL_TASKS}).`,
    );
  }
  if (settings.publish_stored_certificate_count_metrics && !settings.maintain_stored_certificate_counts) {
    throw invalidRequest(
      "Can not publish a running storage metrics count to metrics without first maintaining that count.  Enable `maintain_stored_certificate_counts` to enable `publish_stored_certificate_count_metrics`.",
    );
  }
};

/** Changes what is named; what is not stays. */
export const writeAuto = async (
  input: z.output<typeof AutoInput>,
  { storage, clock }: BackendContext,
): Promise<DataReply<z.output<typeof AutoShown>>> => {
  const { enabled, interval_duration, ...given } = input;
  const {
    maintain_stored_certificate_counts: maintain,
    publish_stored_certificate_count_metrics: publish,
    ...rest
  } = given;
  const after = await changeBody(storage, autoAddress(storage), Settings, (found) => {
    const before = found ?? { ...UNSET, since: clock.now() };
    const options = changedOptions(before.options, rest, AUTOMATIC);
    const ownRevokedBuffer = before.ownRevokedBuffer || rest.revoked_safety_buffer !== undefined;
    const revoked_safety_buffer = ownRevokedBuffer ? options.revoked_safety_buffer : options.safety_buffer;
    const settings: Settings = {
      ...before,
      enabled: enabled ?? before.enabled,
      interval: interval_duration ?? before.interval,
      maintain_stored_certificate_counts: maintain ?? before.maintain_stored_certificate_counts,
      publish_stored_certificate_count_metrics: publish ?? before.publish_stored_certificate_count_metrics,
      ownRevokedBuffer,
      options: { ...options, revoked_safety_buffer },
    };
    check(settings);
    return settings;
  });
  return { data: showAuto(after) };
};
