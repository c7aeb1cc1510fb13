import { z } from "zod";
import {
  type Backend,
  defineBackend,
  field,
  foundKeys,
  Keys,
  op,
  PageInput,
  pageOf,
  path,
} from "../../framework/index.ts";
import { Checked, CodeShown, checkCode, checkReads, readCode } from "./codes.ts";
import { findKey, Generated, KeyInput, KeyShown, keyAddress, removeKey, writeKey } from "./keys.ts";

/**
 * One-time codes by time, the backend `totp`: an authenticator app for programs, and the other side of such apps. It
 * trusts core to have checked the caller, and the clock. It must never show a key after it was made, or call a code
 * right twice. It connects to nothing. `README.md` has the paths.
 */

const KEY = { name: "Name, shaped as Vault's names, `@` allowed inside; case matters." };

const keysPath = path("keys", {
  summary: "the keys of this mount",
  params: {},
  ops: {
    list: op({
      summary: "list the names of the keys",
      answers: Keys,
      input: PageInput,
      handle: async ({ input }, { storage }) => foundKeys(pageOf(await storage.list("key/"), input)),
    }),
  },
});

const keyPath = path("keys/{name:at}", {
  summary: "a key: what codes are made of",
  params: KEY,
  ops: {
    read: op({
      summary: "read what is known of a key, never the key",
      answers: KeyShown,
      prefetch: ({ params }, storage) => [keyAddress(storage, params.name)],
      handle: async ({ params }, cx) => {
        const found = await findKey(params.name, cx);
        if (!found) return undefined;
        const { issuer, account, rules } = found;
        const { algorithm, digits, period } = rules;
        return { data: { account_name: account, algorithm, digits, issuer, period } };
      },
    }),
    update: op({
      summary: "make a key, or take over a provider's; replaces the one there is",
      answers: [Generated, "nothing"],
      input: KeyInput,
      handle: ({ params, input }, cx) => writeKey(params.name, input, cx),
    }),
    delete: op({
      summary: "delete a key",
      answers: "nothing",
      handle: ({ params }, cx) => removeKey(params.name, cx),
    }),
  },
});

const codePath = path("code/{name:at}", {
  summary: "the codes of a key",
  params: KEY,
  ops: {
    read: op({
      summary: "read the code of the moment",
      answers: CodeShown,
      prefetch: ({ params }, storage) => [keyAddress(storage, params.name)],
      handle: async ({ params }, cx) => ({ data: await readCode(params.name, cx) }),
    }),
    update: op({
      summary: "check a code, once",
      answers: Checked,
      input: z.object({ code: field.text("The code as it was shown.") }),
      prefetch: checkReads,
      handle: async ({ params, input }, cx) => ({ data: await checkCode(params.name, input.code ?? "", cx) }),
    }),
  },
});

/** The `totp` secrets engine. */
export const totpEngine: Backend = defineBackend({
  kind: "secret",
  type: "totp",
  help: "Makes and checks one-time codes by time.",
  paths: [keysPath, keyPath, codePath],
});
