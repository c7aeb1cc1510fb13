import { z } from "zod";
import { VaultError } from "../../framework/index.ts";

/**
 * What a rotation of the root key writes down before each step, so that whoever comes after a crash knows which keys
 * there may be. Times are epoch milliseconds.
 */
export const Rotation = z.object({
  at: z.number(),
  /** Until then its process may still be at it; 0: it has given up. */
  until: z.number(),
  turn: z.string(),
  /** The user whose keys these are. */
  username: z.string(),
  /** Keys that the user had before; empty where the root key may not list them. */
  known: z.array(z.string()),
  /** Made, not in use yet. */
  candidate: z.object({ access_key: z.string(), secret_key: z.string() }).nullable(),
  /** Replaced, not deleted yet; `""`: none. */
  retired: z.string(),
});
export type Rotation = z.output<typeof Rotation>;

/** Somebody else rotates at this moment. */
export const underWay = (): VaultError =>
  new VaultError("storage_unavailable", { wire: "a rotation of the root key is under way, try again", retryAfter: 5 });
