import { useState } from "preact/hooks";
import { kit } from "../texts/kit.ts";
import { announce } from "./announce.tsx";
import { fitting } from "./fitting.ts";

/** The state of a combobox: what is suggested, which one is marked, what keys do. */

export const useSuggestions = (options: readonly string[], value: string, choose: (option: string) => void) => {
  const [open, setOpen] = useState(false);
  const [at, setAt] = useState(-1);
  const shown = fitting(options, value);
  const visible = open && shown.length > 0;

  const close = (): void => {
    setOpen(false);
    setAt(-1);
  };
  const take = (option: string): void => {
    close();
    choose(option);
  };
  const move = (step: 1 | -1): void => {
    const start = visible ? at : -1;
    setAt(start < 0 && step < 0 ? shown.length - 1 : (start + step + shown.length) % Math.max(shown.length, 1));
    setOpen(true);
    if (!visible) announce(kit.options(shown.length));
  };
  const press = (event: KeyboardEvent): void => {
    const marked = visible ? shown[at] : undefined;
    const does: Readonly<Record<string, (() => void) | undefined>> = {
      ArrowDown: () => move(1),
      ArrowUp: () => move(-1),
      Enter: marked === undefined ? undefined : () => take(marked),
      Escape: visible ? close : undefined,
    };
    const act = does[event.key];
    // Enter with nothing marked is for the form, and the list would lie over what comes of it.
    if (!act && event.key === "Enter") close();
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  };
  const typed = (): void => {
    setOpen(true);
    setAt(-1);
  };
  return { shown: visible ? shown : [], at, press, typed, take, close };
};
