import type { KeyObject } from "node:crypto";
import { z } from "zod";
import { type BackendContext, type DataReply, field, invalidRequest } from "../../framework/index.ts";
import { privateKeyOf } from "../../std/private-key.ts";
import { Sensitive } from "../../std/sensitive.ts";
import { tryWrite } from "../../storage/change.ts";
import type { View } from "../../storage/store.ts";
import { caAddress } from "./addresses.ts";
import { belongTogether, keySpec, makeKeyPair } from "./key-pair.ts";
import { parsePrivateKey } from "./openssh/private-key.ts";
import { parsePublicLine, publicLine } from "./openssh/public-key.ts";
import { FormatError } from "./openssh/wire.ts";

/**
 * The mount's CA: one key, generated or brought along, until it is deleted.
 *
 * Security: the private key is bytes sealed apart from the entry's body, never text; no path shows it. It is written
 * only where there is none, so of two that configure a CA at the same time one is told that it is too late.
 */

export const CaInput = z.object({
  private_key: field.text("Private key, as OpenSSH, PKCS#8, PKCS#1 or SEC 1 text without a passphrase."),
  public_key: field.text("Its public key, as a line of `authorized_keys`; served as it is sent."),
  generate_signing_key: field.flag("Whether to make a key; true where none is sent."),
  key_type: field.text("Of a key that is made: an OpenSSH type, or `rsa`, `ec`, `ed25519`; `ssh-rsa` unless given."),
  key_bits: field.integer("Of a key that is made: 2048 to 4096 for RSA (0: 4096); 256, 384 or 521 for `ec`."),
});
export type CaInput = z.output<typeof CaInput>;

export const CaShown = z.object({ public_key: z.string() });

/** The name under which the private key is sealed, as PKCS#8. */
const SECRET = "private_key";

const EXISTS = "keys are already configured; delete them before reconfiguring";

export const readCa = async (view: View): Promise<z.output<typeof CaShown> | undefined> => {
  const entry = await view.get(caAddress(view));
  return entry && CaShown.parse(entry.body);
};

/** The key that signs; `undefined` where the mount has no CA. */
export const signerOf = async (view: View): Promise<KeyObject | undefined> => {
  const secret = (await view.get(caAddress(view)))?.secrets?.[SECRET];
  return secret && privateKeyOf(secret);
};

const store = async ({ storage }: BackendContext, key: KeyObject, public_key: string): Promise<void> => {
  const secrets = { [SECRET]: new Sensitive(key.export({ type: "pkcs8", format: "der" })) };
  const put = { op: "put", address: caAddress(storage), body: { public_key }, secrets, when: "absent" } as const;
  if (!(await tryWrite(storage, [put]))) throw invalidRequest(EXISTS);
};

const parsed = <T>(what: string, parse: () => T): T => {
  try {
    return parse();
  } catch (cause) {
    if (cause instanceof FormatError) throw invalidRequest(`${what}: ${cause.message}`, { cause });
    throw cause;
  }
};

/** An imported RSA key may be no weaker than one that is made here. */
const LEAST_RSA_BITS = 2048;

const importCa = async (privateText: string, publicText: string, cx: BackendContext): Promise<undefined> => {
  const key = parsed("Unable to parse private_key as an SSH private key", () => parsePrivateKey(privateText));
  const shown = parsed("Unable to parse public_key as an SSH public key", () => parsePublicLine(publicText));
  if (shown.kind === "rsa" && shown.bits < LEAST_RSA_BITS) {
    throw invalidRequest(`private_key: refusing a weak rsa key: ${shown.bits} bits < ${LEAST_RSA_BITS} bits`);
  }
  if (!belongTogether(key, shown)) throw invalidRequest("public_key does not belong to private_key");
  await store(cx, key, publicText);
};

const generateCa = async (input: CaInput, cx: BackendContext): Promise<DataReply<z.output<typeof CaShown>>> => {
  const spec = keySpec(input.key_type ?? "ssh-rsa", input.key_bits ?? 0);
  if (await readCa(cx.storage)) throw invalidRequest(EXISTS);
  const pair = await makeKeyPair(spec);
  const public_key = publicLine(pair.public);
  await store(cx, pair.private, public_key);
  return { data: { public_key } };
};

/** Makes or imports the CA. Throws with Vault's texts. */
export const writeCa = (
  input: CaInput,
  cx: BackendContext,
): Promise<DataReply<z.output<typeof CaShown>> | undefined> => {
  const { private_key = "", public_key = "", generate_signing_key: generate } = input;
  const given = [private_key, public_key].filter((text) => text !== "").length;
  if (generate === true && given > 0) {
    throw invalidRequest("public_key and private_key must not be set when generate_signing_key is set to true");
  }
  if (generate === true || (generate === undefined && given === 0)) return generateCa(input, cx);
  if (generate === undefined && given === 1) {
    throw invalidRequest(
      "only one of public_key and private_key set; both must be set to use, or both must be blank to auto-generate",
    );
  }
  if (public_key === "") throw invalidRequest("missing public_key");
  if (private_key === "") throw invalidRequest("missing private_key");
  return importCa(private_key, public_key, cx);
};

export const removeCa = async ({ storage }: BackendContext): Promise<undefined> => {
  await storage.write([{ op: "delete", address: caAddress(storage), when: "any" }]);
};
