import { type Accessor, as } from "../../std/brand.ts";
import type { RandomSource } from "../../std/random.ts";
import type { Clock } from "../../std/time.ts";
import { tryWrite } from "../../storage/change.ts";
import { tokenAddress } from "../../storage/keys.ts";
import type { Store } from "../../storage/store.ts";
import type { Mount } from "../mounts/mount.ts";
import type { WrapInfo } from "../request/answer.ts";
import { fromSealed } from "../sealed.ts";
import { tokenHasEnded } from "../tokens/lifetime.ts";
import type { Token, Tokens, WrappedAnswer } from "../tokens/types.ts";
import type { Wrapping } from "./types.ts";

/**
 * Response wrapping. The answer is sealed in the wrapping token's own item; unwrapping is a read and one delete, on
 * condition that nothing changed in between. So exactly one of any number of callers wins, and a crash cannot hand the
 * answer out twice.
 */

export const WRAPPING_POLICY = "response-wrapping";

export const createWrapping = (options: {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly tokens: Tokens;
}): Wrapping => {
  const { store, clock, tokens } = options;

  const live = (token: Token | undefined): WrappedAnswer | undefined =>
    token?.wrap && !token.revoked && token.numUses >= 0 && !tokenHasEnded(token, clock.now()) ? token.wrap : undefined;

  const wrap = async (answer: Omit<WrappedAnswer, "creationTimeMs">, mount: Mount): Promise<WrapInfo> => {
    const creationTimeMs = clock.now();
    const made = await tokens.create({
      policies: [WRAPPING_POLICY],
      path: answer.creationPath,
      mount,
      displayName: "",
      numUses: 1,
      ttl: answer.ttl,
      explicitMaxTtl: answer.ttl,
      type: "service",
      renewable: false,
      wrap: { ...answer, creationTimeMs },
    });
    return {
      token: made.id,
      accessor: as<Accessor>(made.token.accessor),
      ttl: answer.ttl,
      creationTime: creationTimeMs,
      creationPath: answer.creationPath,
      wrappedAccessor: answer.wrappedAccessor === "" ? undefined : as<Accessor>(answer.wrappedAccessor),
    };
  };

  const addresses: Wrapping["addresses"] = async (id) => {
    const tag = await tokens.tag(id);
    return tag === undefined ? [] : [tokenAddress(tag)];
  };

  const look: Wrapping["look"] = async (id, read = store.get) => {
    const at = await addresses(id);
    const [entry] = at.length === 0 ? [] : await read(at);
    // An ordinary token must not be deleted by presenting it for unwrapping.
    const answer = live(entry && fromSealed<Token>(entry.body));
    if (!entry || !answer) return undefined;
    const take = async (): Promise<WrappedAnswer | undefined> => {
      // The condition picks the one caller. The accessor's item ends with its TTL; it already finds nothing.
      const first = await tryWrite(store, [{ op: "delete", address: entry.address, when: { n: entry.n } }]);
      return first ? answer : undefined;
    };
    return { answer, take };
  };

  return { wrap, look, addresses };
};
