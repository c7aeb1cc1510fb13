import { useLayoutEffect, useRef, useState } from "preact/hooks";

/** Pixels an element is wide, followed as it changes. */
export const useWidth = () => {
  const ref = useRef<HTMLElement>(null);
  const [width, setWidth] = useState(640);
  useLayoutEffect(() => {
    const { current } = ref;
    if (!current) return;
    const observer = new ResizeObserver(() => setWidth(current.clientWidth));
    observer.observe(current);
    return () => observer.disconnect();
  }, []);
  return [ref, width] as const;
};
