import type { Surroundings } from "../contract.ts";

/** `wait { min, max }`: a template is rendered once its data has been quiet for `min`, and after `max` in any case. */
export interface Quiet {
  /** Something changed. */
  tick(): void;
  /** Whether the template must wait still. */
  isHolding(): boolean;
  /** It was rendered. */
  reset(): void;
}

/** `over` is called when the wait ends. Milliseconds. */
export const createQuiet = (
  { min, max }: { readonly min: number; readonly max: number },
  { steady, timer }: Pick<Surroundings, "steady" | "timer">,
  over: () => void,
): Quiet => {
  let cancel: (() => void) | undefined;
  let deadline: number | undefined;
  const end = (): void => {
    cancel?.();
    cancel = undefined;
  };
  return {
    tick: () => {
      const now = steady();
      deadline ??= now + max;
      end();
      cancel = timer(Math.max(Math.min(min, deadline - now), 0), () => {
        end();
        over();
      });
    },
    isHolding: () => cancel !== undefined,
    reset: () => {
      end();
      deadline = undefined;
    },
  };
};
