import { kit } from "../texts/kit.ts";
import { toast } from "./toast.ts";

/**
 * Takes a copied secret out of the clipboard. Browsers write to it only just after a key or click, so a timer alone
 * cannot: it tries after 30 s, and else at the next key or click in any tab. Tabs tell each other that something is to
 * be cleared, never what.
 */

const KEPT_MS = 30_000;
const MOMENTS = ["keydown", "pointerup", "click"] as const;
type Said = "copied" | "gone";

const channel = new BroadcastChannel("clipboard");
let timer: ReturnType<typeof setTimeout> | undefined;
let waiting = false;
let dismiss: (() => void) | undefined;

/** Nothing of ours is in the clipboard any more. */
const disarm = (): void => {
  clearTimeout(timer);
  timer = undefined;
  waiting = false;
  for (const moment of MOMENTS) removeEventListener(moment, clearNow, true);
  dismiss?.();
  dismiss = undefined;
};

const arm = (): void => {
  waiting = true;
  for (const moment of MOMENTS) addEventListener(moment, clearNow, true);
};

const start = (): void => {
  disarm();
  timer = setTimeout(() => {
    arm();
    clearNow();
  }, KEPT_MS);
};

/** In place of ours there is something else, or nothing. */
export const forgetCopied = (): void => {
  disarm();
  channel.postMessage("gone" satisfies Said);
};

const clear = async (): Promise<void> => {
  await navigator.clipboard.writeText("");
  forgetCopied();
};

function clearNow(): void {
  // Refused: the next key or click tries again.
  clear().catch(arm);
}

/** A secret was copied: it goes after half a minute. The message stays until then. */
export const keepCopied = (name: string): void => {
  start();
  channel.postMessage("copied" satisfies Said);
  dismiss = toast(kit.copiedSecret(name), { label: kit.clearNow, run: clearNow }, { stays: true });
};

const clearLater = (): void => {
  arm();
  // Over a lock, where somebody else may sit by now: what was copied has no name.
  dismiss?.();
  dismiss = toast(kit.stillCopied, { label: kit.clearNow, run: clearNow }, { stays: true });
};

/** At once, if a copied secret may still be there: on lock and on sign-out. Settles when the browser has answered. */
export const clearClipboard = async (): Promise<void> => {
  if (timer !== undefined || waiting) await clear().catch(clearLater);
};

channel.onmessage = ({ data }: MessageEvent<Said>) => (data === "copied" ? start() : disarm());
// Somebody copied something else by hand.
document.addEventListener("copy", forgetCopied);
