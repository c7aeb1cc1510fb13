import { z } from "zod";
import type { BackendContext } from "../../../../framework/index.ts";
import type { Address, View } from "../../../../storage/store.ts";
import { CERTIFICATES, REVOKED } from "../../model.ts";
import { readAll } from "../lists/revocations.ts";
import { findAuto } from "./settings.ts";

/** How many certificates the mount holds, where the settings want to know: counted by schedule, once an hour. */

const Counted = z.object({ certificates: z.int(), revoked: z.int(), at: z.int() });
export type Counted = z.output<typeof Counted>;

const HOUR_MS = 60 * 60_000;

const address = (view: View): Address => view.at("tidy/counts");

export const findCounts = async ({ storage }: BackendContext): Promise<Counted | undefined> => {
  const entry = await storage.get(address(storage));
  return entry && Counted.parse(entry.body);
};

const count = async ({ storage }: BackendContext, record: string): Promise<number> => {
  let rows = 0;
  await readAll(storage, record, () => {
    rows += 1;
  });
  return rows;
};

/** Counts, if it is wanted and due. */
export const countDue = async (cx: BackendContext): Promise<void> => {
  const { storage, clock } = cx;
  const wanted = await findAuto(cx);
  if (!wanted.maintain_stored_certificate_counts) return;
  const before = await findCounts(cx);
  if (before && clock.now() - before.at < HOUR_MS) return;
  const [certificates, revoked] = await Promise.all([count(cx, CERTIFICATES), count(cx, REVOKED)]);
  const body: Counted = { certificates, revoked, at: clock.now() };
  await storage.write([{ op: "put", address: address(storage), body, when: "any" }]);
  if (wanted.publish_stored_certificate_count_metrics) cx.log("certificates stored", { certificates, revoked });
};
