import { useLayoutEffect, useRef } from "preact/hooks";

export interface Listening {
  /** False: nothing is listened to. Absent: true. */
  readonly active?: boolean;
  readonly capture?: boolean;
  readonly passive?: boolean;
}

/**
 * Listens at the window while what calls this is drawn, from the moment it is in the document: plain effects run only
 * after the browser has painted, and a key pressed until then would be the browser's own (Ctrl+S saves the page).
 */
export const useListener = <T extends keyof WindowEventMap>(
  types: readonly T[],
  listener: (event: WindowEventMap[T]) => void,
  { active = true, capture = false, passive = false }: Listening = {},
): void => {
  // A quick event meets the function, and the work, of the newest drawing.
  const latest = useRef(listener);
  latest.current = listener;
  useLayoutEffect(() => {
    if (!active) return;
    const heard = (event: WindowEventMap[T]): void => latest.current(event);
    for (const type of types) addEventListener(type, heard, { capture, passive });
    return () => {
      for (const type of types) removeEventListener(type, heard, { capture });
    };
  }, [active]);
};
