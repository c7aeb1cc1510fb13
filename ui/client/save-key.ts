import { useListener } from "./use-listener.ts";

const isSave = (event: KeyboardEvent): boolean =>
  event.key.toLowerCase() === "s" && (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;

/** Ctrl+S and ⌘+S, wherever the focus is. */
export const useSaveKey = (save: () => void): void =>
  useListener(["keydown"], (event) => {
    if (!isSave(event)) return;
    event.preventDefault();
    // A dialog over the page asks something first: who is there, or whether to leave.
    if (!event.repeat && !document.querySelector("dialog:modal")) save();
  });
