import { done, expect, type Ran, type Run, type RunOptions, Skipped, secret } from "./vault.ts";

/** What every login by the command line does, whatever its method. */

/** The words of a login that prints its token and nothing else. */
export const onlyToken = (method: string, mount: string): readonly string[] => [
  "login",
  "-no-store",
  "-token-only",
  `-method=${method}`,
  `-path=${mount}`,
];

const skipUnknown = ({ out, err }: Ran, method: string): void => {
  if (`${out}${err}`.includes(`Unknown auth method: ${method}`))
    throw new Skipped(`this command line has no handler for ${method}`);
};

/** Logs in, and answers what the token is. Skips where this command line has no such handler. */
export const loggedIn = async (
  vault: Run,
  method: string,
  mount: string,
  words: readonly string[],
  options: RunOptions = {},
): Promise<Readonly<Record<string, unknown>>> => {
  const ran = await vault([...onlyToken(method, mount), ...words], { token: "", ...options });
  skipUnknown(ran, method);
  expect(ran.status === 0, `login -method=${method} ended with ${ran.status}: ${(ran.err || ran.out).slice(-300)}`);
  const token = ran.out.trim();
  expect(/^\S+$/.test(token), `a token alone, not ${ran.out}`);
  return (await secret(vault, "token lookup", token)).data ?? {};
};

/** Works with a mount of a method that is gone afterwards. */
export const within = async (vault: Run, mount: string, method: string, work: () => Promise<void>): Promise<void> => {
  await done(vault, "auth", "enable", `-path=${mount}`, method);
  try {
    await work();
  } finally {
    await done(vault, "auth", "disable", mount);
  }
};

export const policiesOf = (told: Readonly<Record<string, unknown>>): string => JSON.stringify(told["policies"]);
