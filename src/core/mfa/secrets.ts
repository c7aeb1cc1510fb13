import { invalidRequest } from "../../framework/index.ts";
import { newKey, otpauthUrl } from "../../otp/index.ts";
import { uuid } from "../../std/random.ts";
import { mfaSecretAddress } from "../../storage/keys.ts";
import type { Write } from "../../storage/store.ts";
import type { Core } from "../core.ts";
import { type Entities, mfaRowsOf, type Stored, untilSettled } from "../identity/entities.ts";
import { toSealed } from "../sealed.ts";
import type { MfaKeyItem, MfaMethod } from "./types.ts";

/**
 * The keys of entities: one for each method. The entity names its keys by random ids, so that a merge moves them with
 * the entity's own item; the bytes are in an item that only a login with a code reads.
 *
 * Security: a key is shown once, when it is made. It is never text in the table, and a second one is never made while
 * the first is there: whoever has a session of somebody cannot replace their second factor.
 */

type Parts = Pick<Core, "store" | "random" | "crash">;

export const createMfaSecrets = (parts: Parts, entities: Entities) => {
  const holder = async (id: string): Promise<Stored> => {
    const stored = await entities.load(id);
    if (!stored) throw invalidRequest("invalid entity ID");
    return stored;
  };

  /** Makes a key and answers its `otpauth` address; `undefined` where the entity has one. */
  const generate = (entityId: string, method: MfaMethod): Promise<string | undefined> =>
    untilSettled(async () => {
      const stored = await holder(entityId);
      const { mfaSecrets = {} } = stored.entity;
      if (Object.hasOwn(mfaSecrets, method.key)) return undefined;
      const id = uuid(parts.random);
      const key = newKey(parts.random, method.keySize);
      const body: MfaKeyItem = { rules: method.rules };
      const put: Write = {
        op: "put",
        address: mfaSecretAddress(id),
        body: toSealed(body),
        secrets: { key },
        when: "absent",
      };
      await parts.crash("mfa.generate", () =>
        parts.store.write([put, entities.update(stored, { mfaSecrets: { ...mfaSecrets, [method.key]: id } })]),
      );
      return otpauthUrl({ issuer: method.issuer, account: stored.entity.id, rules: method.rules, key });
    });

  /** Takes the key away. Does nothing where there is none. */
  const destroy = (entityId: string, method: MfaMethod): Promise<void> =>
    untilSettled(async () => {
      const stored = await holder(entityId);
      const { [method.key]: id, ...others } = stored.entity.mfaSecrets ?? {};
      if (id === undefined) return;
      await parts.crash("mfa.destroy", () =>
        parts.store.write([entities.update(stored, { mfaSecrets: others }), ...mfaRowsOf([id])]),
      );
    });

  return { generate, destroy };
};

export type MfaSecrets = ReturnType<typeof createMfaSecrets>;
