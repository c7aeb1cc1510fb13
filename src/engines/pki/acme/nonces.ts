import type { BackendContext } from "../../../framework/index.ts";
import { sameSecret } from "../../../std/same-secret.ts";
import { tryWrite } from "../../../storage/change.ts";
import { nonceAddress, vanishesAfter } from "./records.ts";

/**
 * Nonces that any environment makes and any other takes, once. A nonce is a time and random bytes under the mount's
 * own HMAC, so making one costs nothing and a made-up one is refused without a call; using one is a conditional write
 * that lasts as long as the nonce.
 *
 * Security: a nonce is spent only after the signature of its request was found good, so nobody fills the table without
 * a key, and one that was seen on the way cannot be spent by somebody else's broken request.
 */

/** Some clients keep a nonce while they wait for a record to spread. */
const VALID_MS = 15 * 60_000;
const TIME_BYTES = 6;
const RANDOM_BYTES = 12;
const BODY_LENGTH = ((TIME_BYTES + RANDOM_BYTES) * 4) / 3;

type Maker = Pick<BackendContext, "clock" | "random" | "storage">;

const markOf = (body: string, { storage }: Pick<Maker, "storage">): string => storage.tag(`acme-nonce/${body}`);

export const makeNonce = (cx: Maker): string => {
  const time = Buffer.alloc(TIME_BYTES);
  time.writeUIntBE(cx.clock.now(), 0, TIME_BYTES);
  const body = Buffer.concat([time, cx.random.bytes(RANDOM_BYTES)]).toString("base64url");
  return `${body}${markOf(body, cx)}`;
};

/** Whether the mount made it, not long ago. Costs no call. */
export const isNonce = (nonce: string, cx: Maker): boolean => {
  const body = nonce.slice(0, BODY_LENGTH);
  if (body.length < BODY_LENGTH || !sameSecret(nonce.slice(BODY_LENGTH), markOf(body, cx))) return false;
  const age = cx.clock.now() - Buffer.from(body, "base64url").readUIntBE(0, TIME_BYTES);
  return age >= 0 && age < VALID_MS;
};

/** Spends it: `true` for exactly one of any number of requests. */
export const spendNonce = (nonce: string, cx: BackendContext): Promise<boolean> => {
  const { storage, clock } = cx;
  const clear = vanishesAfter(clock.now() + VALID_MS, 3600);
  return cx.crash("acme.nonce", () =>
    tryWrite(storage, [{ op: "put", address: nonceAddress(storage, nonce), body: null, clear, when: "absent" }]),
  );
};
