/** Secrets of a test, so that the guard can look for them. */

export interface Canaries {
  /** Remembers a secret; answers it. */
  add(secret: string): string;
  /** The first known secret in a text, plain or encoded. */
  in(text: string): string | undefined;
}

/** Base64 of a text, without what depends on where it ends. */
const base64 = (text: string): string => Buffer.from(text).toString("base64").replace(/=+$/, "").slice(0, -1);

export const createCanaries = (): Canaries => {
  const forms = new Map<string, readonly string[]>();
  return {
    add: (secret) => {
      if (secret.length < 8) throw new Error(`too short to look for: ${secret}`);
      forms.set(secret, [...new Set([secret, encodeURIComponent(secret), base64(secret)])]);
      return secret;
    },
    in: (text) => [...forms].find(([, all]) => all.some((form) => text.includes(form)))?.[0],
  };
};
