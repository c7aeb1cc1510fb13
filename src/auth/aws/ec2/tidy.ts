import { z } from "zod";
import { type BackendContext, field } from "../../../framework/index.ts";
import { allRecords } from "../../../framework/records.ts";
import type { Seconds } from "../../../std/brand.ts";
import { seconds } from "../../../std/time.ts";
import { changeBody, tryWrite } from "../../../storage/change.ts";
import type { Address, View } from "../../../storage/store.ts";
import { readStored } from "../stored.ts";

/**
 * The two lists of an EC2 mount, and how long what is on them counts. Both only take rights away, so an entry goes on
 * counting after its `expiration_time`, for the `safety_buffer` of its list, and forever where periodic tidying is
 * turned off. That is read off the entry each time, whenever it is removed.
 */

export interface Tidied {
  readonly name: "identity-accesslist" | "roletag-denylist";
  /** What Vault called it before. */
  readonly formerly: "identity-whitelist" | "roletag-blacklist";
  /** Of the mount's keys; ends in `/`. */
  readonly prefix: string;
  /** Until it is configured. */
  readonly buffer: Seconds;
}

export const ACCESS_LIST: Tidied = {
  name: "identity-accesslist",
  formerly: "identity-whitelist",
  prefix: "identity-accesslist/",
  buffer: seconds(259_200),
};
export const DENY_LIST: Tidied = {
  name: "roletag-denylist",
  formerly: "roletag-blacklist",
  prefix: "roletag-denylist/",
  buffer: seconds(15_552_000),
};

/** What `tidy/…` uses unless told otherwise, for either list. */
export const TIDY_BUFFER = seconds(259_200);

export const tidyShape = {
  safety_buffer: field.duration("How long an entry goes on counting after its expiration."),
};
export const tidyConfigShape = {
  ...tidyShape,
  disable_periodic_tidy: field.flag("Keep entries until they are tidied by request."),
};
const tidyConfigInput = z.object(tidyConfigShape);

export const TidyConfig = z.object({ safety_buffer: z.number(), disable_periodic_tidy: z.boolean() });
export type TidyConfig = z.output<typeof TidyConfig>;

export const tidyConfigAddress = (storage: View, list: Tidied): Address => storage.at(`config/tidy/${list.name}`);

/** `undefined` before the first write. */
export const readTidyConfig = (storage: View, list: Tidied): Promise<TidyConfig | undefined> =>
  readStored(storage, tidyConfigAddress(storage, list), TidyConfig);

export const writeTidyConfig = async (
  storage: View,
  list: Tidied,
  input: z.output<typeof tidyConfigInput>,
): Promise<void> => {
  await changeBody(storage, tidyConfigAddress(storage, list), TidyConfig, (before) => ({
    safety_buffer: input.safety_buffer ?? before?.safety_buffer ?? list.buffer,
    disable_periodic_tidy: input.disable_periodic_tidy ?? before?.disable_periodic_tidy ?? false,
  }));
};

export const removeTidyConfig = (storage: View, list: Tidied): Promise<void> =>
  storage.write([{ op: "delete", address: tidyConfigAddress(storage, list), when: "any" }]);

const isPast = (expires: number, buffer: number, now: number): boolean => now > expires + buffer * 1000;

/** Tells by its expiration (milliseconds) whether an entry of the list still counts. */
export const countsStill = async (
  storage: View,
  list: Tidied,
  now: number,
): Promise<(entry: { readonly expiration_time: number }) => boolean> => {
  const config = await readTidyConfig(storage, list);
  return ({ expiration_time: expires }) =>
    config?.disable_periodic_tidy === true || !isPast(expires, config?.safety_buffer ?? list.buffer, now);
};

const expiring = z.object({ expiration_time: z.number() });

const entriesOf = (storage: View, { prefix }: Tidied) =>
  allRecords(storage, prefix, (name) => storage.at(`${prefix}${name}`));

/** Names of what still counts on a list. */
export const countingNames = async (cx: BackendContext, list: Tidied): Promise<readonly string[]> => {
  const counts = await countsStill(cx.storage, list, cx.clock.now());
  const found: string[] = [];
  for await (const [name, { body }] of entriesOf(cx.storage, list)) if (counts(expiring.parse(body))) found.push(name);
  return found;
};

/** Removes what expired longer ago than the buffer, but nothing that was extended meanwhile. Safe at any time. */
export const tidy = async (cx: BackendContext, list: Tidied, buffer: number): Promise<void> => {
  const { storage, clock } = cx;
  let removed = 0;
  for await (const [, { address, body, n }] of entriesOf(storage, list)) {
    if (!isPast(expiring.parse(body).expiration_time, buffer, clock.now())) continue;
    if (await tryWrite(storage, [{ op: "delete", address, when: { n } }])) removed += 1;
  }
  cx.log(`${list.name} tidied`, { removed });
};

/** The hourly round over both lists. */
export const tidyPeriodically = async (cx: BackendContext): Promise<void> => {
  for (const list of [ACCESS_LIST, DENY_LIST]) {
    const config = await readTidyConfig(cx.storage, list);
    if (config?.disable_periodic_tidy !== true) await tidy(cx, list, config?.safety_buffer ?? list.buffer);
  }
};
