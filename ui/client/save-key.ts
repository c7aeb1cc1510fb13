import { useEffect, useRef } from "preact/hooks";

const isSave = (event: KeyboardEvent): boolean =>
  event.key.toLowerCase() === "s" && (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;

/** Ctrl+S and ⌘+S, wherever the focus is. */
export const useSaveKey = (save: () => void): void => {
  // Effects come after drawing: a quick key would meet the function, and the work, of the drawing before.
  const latest = useRef(save);
  latest.current = save;
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      if (!isSave(event)) return;
      event.preventDefault();
      // A dialog over the page asks something first: who is there, or whether to leave.
      if (!event.repeat && !document.querySelector("dialog:modal")) latest.current();
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, []);
};
