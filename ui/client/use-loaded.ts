import { useCallback, useEffect, useState } from "preact/hooks";

/** What several calls together find; asked again when the key changes or `again` is called. A late answer is dropped. */
export const useLoaded = <T>(load: () => Promise<T>, key = ""): { readonly value: T | undefined; again(): void } => {
  const [value, setValue] = useState<T>();
  const [count, setCount] = useState(0);
  useEffect(() => {
    let current = true;
    void load().then((found) => {
      if (current) setValue(() => found);
    });
    return () => {
      current = false;
    };
    // `load` is another function at every drawing; what it asks for is in the key.
  }, [key, count]);
  const again = useCallback(() => setCount((before) => before + 1), []);
  return { value, again };
};
