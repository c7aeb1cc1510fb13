import { kit } from "../texts/kit.ts";
import { forgetCopied, keepCopied } from "./clipboard-clearing.ts";
import { toast } from "./toast.ts";

/** Copying: "Copied" is said once the browser has done it, and a copied secret is taken back. */

const write = async (text: string, what: string): Promise<boolean> => {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    toast(kit.copyFailed(what));
    return false;
  }
};

/** Copies a secret, for half a minute or little longer. */
export const copySecret = async (value: string, name: string): Promise<void> => {
  if (await write(value, name)) keepCopied(name);
};

/** Copies what may stay in the clipboard. */
export const copyText = async (text: string, what: string): Promise<void> => {
  if (!(await write(text, what))) return;
  forgetCopied();
  toast(kit.copied(what));
};
