import { type Accessor, as } from "../std/brand.ts";
import type { RandomSource } from "../std/random.ts";
import type { Clock } from "../std/time.ts";
import { tokenAddress } from "../storage/keys.ts";
import type { Store } from "../storage/store.ts";
import { hasEnded } from "./expiry.ts";
import { fromSealed } from "./sealed.ts";
import type { Token, Tokens, WrappedAnswer, Wrapping } from "./services.ts";
import type { Mount, WrapInfo } from "./stages.ts";

/**
 * Response wrapping. The answer lies sealed in the wrapping token's own item; unwrapping is one conditional delete that
 * returns it, so exactly one of any number of callers wins and a crash cannot hand it out twice.
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
    token?.wrap && !token.revoked && token.numUses >= 0 && !hasEnded(token.expires, clock.now())
      ? token.wrap
      : undefined;

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
      ...(answer.wrappedAccessor === "" ? {} : { wrappedAccessor: as<Accessor>(answer.wrappedAccessor) }),
    };
  };

  const peek = async (id: string): Promise<WrappedAnswer | undefined> => {
    const tag = await tokens.tag(id);
    const [entry] = tag === undefined ? [] : await store.get([tokenAddress(tag)]);
    return live(entry && fromSealed<Token>(entry.body));
  };

  const take = async (id: string): Promise<WrappedAnswer | undefined> => {
    const tag = await tokens.tag(id);
    if (tag === undefined) return undefined;
    const [seen] = await store.get([tokenAddress(tag)]);
    // An ordinary token must not be deleted by presenting it for unwrapping.
    if (!live(seen && fromSealed<Token>(seen.body))) return undefined;
    const taken = await store.take(tokenAddress(tag));
    const token = taken && fromSealed<Token>(taken.body);
    const answer = live(token);
    // The accessor's item ends with its TTL; it already finds nothing.
    return answer;
  };

  return { wrap, peek, take };
};
