import { invalidRequest } from "../framework/index.ts";
import { parseGoBool } from "../std/go-bool.ts";
import { shown } from "../std/shown.ts";

/**
 * What an audit device may be told. The options are kept as text, as they were given, and checked here once, when the
 * device is enabled.
 *
 * Security: a device can neither write in front of its lines (`prefix`) nor make an executable file, so no log becomes
 * a program; what it would show unhashed (`log_raw`) is refused unless the deployment allows it or it keeps nothing.
 */

export type DeviceOptions = Readonly<Record<string, string>>;

export const STDOUT = "stdout";
export const DISCARD = "discard";

const FLAGS = ["log_raw", "hmac_accessor", "elide_list_responses"];

export const isOn = (options: DeviceOptions, name: string): boolean => /^(1|t|true)$/i.test(options[name] ?? "");

/** Where it writes: `file_path`, or `path` as some clients call it; empty where neither is given. */
export const fileOf = (options: DeviceOptions): string => options["file_path"] || options["path"] || "";

/** Permission bits of the file; 0600 unless given. */
export const modeOf = (options: DeviceOptions): number => Number.parseInt(options["mode"] || "0600", 8) || 0o600;

/** Refuses what Go's `strconv.ParseBool` and `strconv.ParseUint` cannot parse. */
const checkSyntax = (options: DeviceOptions): void => {
  for (const name of FLAGS) {
    const text = options[name] ?? "";
    if (text !== "" && parseGoBool(text) === undefined) {
      throw invalidRequest(`strconv.ParseBool: parsing ${shown(text)}: invalid syntax`);
    }
  }
  const mode = options["mode"] ?? "";
  if (mode !== "" && !/^[0-7]{1,5}$/.test(mode)) {
    throw invalidRequest(`strconv.ParseUint: parsing ${shown(mode)}: invalid syntax`);
  }
};

/** Throws `invalid_request` with Vault's texts. */
export const checkOptions = (options: DeviceOptions, allowRaw: boolean): void => {
  const path = fileOf(options);
  if (path === "") throw invalidRequest("file_path is required");
  const format = options["format"] ?? "";
  if (format !== "" && format !== "json") throw invalidRequest(`unknown format type ${shown(format)}`);
  if ((options["prefix"] ?? "") !== "") throw invalidRequest("audit log prefixing is not allowed");
  checkSyntax(options);
  if ((modeOf(options) & 0o7111) !== 0) throw invalidRequest("an audit log cannot be executable");
  if (isOn(options, "log_raw") && path !== DISCARD && !allowRaw) {
    throw invalidRequest("log_raw is not allowed by this deployment");
  }
};
