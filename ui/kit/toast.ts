import { announce } from "./announce.tsx";

/** What was said lately, for `Toasts` to draw. */

interface Action {
  readonly label: string;
  readonly run: () => void;
}

export interface Shown {
  readonly id: number;
  readonly text: string;
  readonly action: Action | undefined;
  readonly stays: boolean;
}

const MOST = 3;
let shown: readonly Shown[] = [];
let count = 0;
const listeners = new Set<() => void>();

const show = (next: readonly Shown[]): void => {
  shown = next;
  for (const listener of listeners) listener();
};

export const dismiss = (id: number): void => show(shown.filter((entry) => entry.id !== id));

/** Those that would go by themselves: they may name things, and do them, for somebody who is not here any more. */
export const dismissPassing = (): void => show(shown.filter(({ stays }) => stays));

/** Says it, and returns what takes it away. `stays`: until taken away. Never a secret value. */
export const toast = (text: string, action?: Action, { stays = false } = {}): (() => void) => {
  count += 1;
  const id = count;
  show([...shown, { id, text, action, stays }].slice(-MOST));
  announce(text);
  return () => dismiss(id);
};

export const shownToasts = (): readonly Shown[] => shown;

/** Returns what stops it. */
export const onToasts = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};
