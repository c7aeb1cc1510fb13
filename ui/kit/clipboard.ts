import { kit } from "../texts/kit.ts";
import { toast } from "./toast.tsx";

/**
 * Copying, and taking a copied secret back. Browsers write to the clipboard only just after a key or click, so a timer
 * alone cannot clear: it tries after 30 s, and else at the next key or click in any tab. Tabs tell each other that
 * something is to be cleared, never what.
 */

const KEPT_MS = 30_000;
type Said = "copied" | "replaced";
const channel = new BroadcastChannel("clipboard");
let timer: ReturnType<typeof setTimeout> | undefined;
let dismiss: (() => void) | undefined;
const MOMENTS = ["keydown", "pointerup", "click"] as const;

/** Nothing of ours is in the clipboard any more, or nothing that must go. */
const forget = (): void => {
  clearTimeout(timer);
  timer = undefined;
  for (const moment of MOMENTS) removeEventListener(moment, tryClearing, true);
  dismiss?.();
  dismiss = undefined;
};

const clear = async (): Promise<boolean> => {
  try {
    await navigator.clipboard.writeText("");
  } catch {
    return false;
  }
  forget();
  channel.postMessage("replaced" satisfies Said);
  return true;
};

function tryClearing(): void {
  void clear();
}

const arm = (): void => {
  for (const moment of MOMENTS) addEventListener(moment, tryClearing, true);
};

const start = (): void => {
  forget();
  timer = setTimeout(async () => {
    timer = undefined;
    arm();
    await clear();
  }, KEPT_MS);
};

channel.onmessage = ({ data }: MessageEvent<Said>) => (data === "copied" ? start() : forget());

// Somebody copied something else by hand.
document.addEventListener("copy", () => {
  forget();
  channel.postMessage("replaced" satisfies Said);
});

const write = async (text: string, what: string): Promise<boolean> => {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    toast(kit.copyFailed(what));
    return false;
  }
};

/** Copies a secret; says so once the browser has done it, and clears it as above. */
export const copySecret = async (value: string, name: string): Promise<void> => {
  if (!(await write(value, name))) return;
  start();
  channel.postMessage("copied" satisfies Said);
  dismiss = toast(kit.copied(name), { label: kit.clearNow, run: () => void clear() }, { stays: true });
};

/** Copies what may stay in the clipboard. */
export const copyText = async (text: string, what: string): Promise<void> => {
  if (!(await write(text, what))) return;
  forget();
  channel.postMessage("replaced" satisfies Said);
  toast(kit.copied(what));
};

/** At once, if a copied secret is still there: on lock and on sign-out. */
export const clearClipboard = async (): Promise<void> => {
  if (!dismiss && timer === undefined) return;
  arm();
  await clear();
};
