import { X509Certificate } from "node:crypto";
import { z } from "zod";
import { type BackendContext, invalidRequest } from "../../../framework/index.ts";
import { defined } from "../../../std/defined.ts";
import { cut } from "../../../std/shown.ts";
import { pemBlock, pemBlocks, Unreadable } from "../../../x509/index.ts";
import { makeRequest, readRequest, signerFor, Unwritable } from "../../../x509/issuing/index.ts";
import { type StoredKey, StoredVersion, versionAddress } from "../model.ts";
import { changeKey, withRevision } from "./change.ts";
import { findKey } from "./find.ts";
import { kindOf } from "./kinds.ts";

/** Certificates of keys that sign: a request for one, and the chain that an authority made of it. */

const CHAIN_LABELS = ["CERTIFICATE", "X509 CERTIFICATE"];
const MOST_CERTIFICATES = 16;

export const RequestMade = z.object({ name: z.string(), type: z.string(), csr: z.string() });
export const ChainSet = z.object({ name: z.string(), type: z.string(), certificate_chain: z.string() });

/** The key, if certificates are made for keys like it. Throws with Vault's texts. */
const checkSigns = (name: string, stored: StoredKey | undefined): StoredKey => {
  if (!stored) throw invalidRequest(`key with provided name '${cut(name)}' not found`);
  if (!kindOf(stored.type).signs) throw invalidRequest(`key type '${stored.type}' does not support signing`);
  if (stored.derived) throw invalidRequest("operation not supported for keys with derivation enabled");
  return stored;
};

const shown = ({ minDecryption }: StoredKey, number: number): boolean => number >= minDecryption;

/** Whether a text holds a PEM block, whatever its label. */
const hasBlock = (text: string): boolean => /-----BEGIN [^-]+-----[^-]*-----END [^-]+-----/.test(text);

const planOf = (template: string) => {
  if (template === "") return { subject: [], extensions: [] };
  if (!hasBlock(template)) throw invalidRequest("could not decode PEM CSR");
  try {
    const { subject, extensions } = readRequest(template);
    return { subject, extensions };
  } catch (cause) {
    if (cause instanceof Unreadable) throw invalidRequest(`could not read the CSR: ${cause.reason}`, { cause });
    throw cause;
  }
};

/** A request for a certificate of one version's key, with the names and extensions of a template. */
export const requestCertificate = async (
  name: string,
  { version, csr = "" }: { readonly version?: number | undefined; readonly csr?: string | undefined },
  cx: BackendContext,
): Promise<z.output<typeof RequestMade>> => {
  const key = await findKey(name, cx);
  const stored = checkSigns(name, key?.stored);
  const number = version ?? stored.latest;
  const plan = planOf(csr);
  const refuse = (why: string): never => {
    throw invalidRequest(`could not create the csr: ${why}`);
  };
  const found = shown(stored, number) ? await key?.version(number) : undefined;
  if (!found) return refuse("no such key version");
  if (!found.privateKey) return refuse("private key not imported for key version selected");
  try {
    const made = makeRequest(plan, signerFor(found.privateKey));
    return { name: stored.name, type: stored.type, csr: `${pemBlock("CERTIFICATE REQUEST", made)}\n` };
  } catch (cause) {
    if (cause instanceof Unwritable) return refuse(cause.reason);
    throw cause;
  }
};

const chainIn = (text: string): readonly X509Certificate[] => {
  // As in Vault, text before a block is skipped, and text after the last one is refused.
  const behind = text.slice(text.lastIndexOf("-----END ")).replace(/^-----END [^-]+-----/, "");
  if (behind.trim() !== "") {
    throw invalidRequest("could not decode a PEM block in the certificate chain");
  }
  const blocks = pemBlocks(text, CHAIN_LABELS);
  if (blocks.length === 0) {
    throw invalidRequest("provided certificate chain did not contain any valid PEM encoded certificate");
  }
  if (blocks.length > MOST_CERTIFICATES) {
    throw invalidRequest(`a certificate chain has at most ${MOST_CERTIFICATES} certificates`);
  }
  try {
    return blocks.map((der) => new X509Certificate(der));
  } catch (cause) {
    throw invalidRequest("could not parse a certificate in the certificate chain", { cause });
  }
};

/** Why these are not a key's certificate and its authorities; `undefined`: they may be. */
const chainRefusal = ([leaf, ...authorities]: readonly X509Certificate[]): string | undefined => {
  if (leaf?.ca) return "certificate in the first element is not a valid leaf certificate";
  if (authorities.at(-1)?.ca === false) return "certificate in the last element is not a valid CA certificate";
  if (authorities.every(({ ca }) => ca)) return undefined;
  return "could not validate if there is only one leaf certificate in the provided chain";
};

/** Keeps a chain with a version whose public key is in its first certificate. Throws with Vault's texts. */
export const setCertificate = async (
  name: string,
  {
    version,
    certificate_chain: text = "",
  }: { readonly version?: number | undefined; readonly certificate_chain?: string | undefined },
  cx: BackendContext,
): Promise<z.output<typeof ChainSet>> => {
  const { storage } = cx;
  const refuse = (why: string): never => {
    throw invalidRequest(`failed to persist certificate chain: ${why}`);
  };
  const stored = await changeKey(name, "transit.certificate", cx, async (found) => {
    const before = checkSigns(name, found);
    const number = version ?? before.latest;
    const chain = chainIn(text);
    const refusal = chainRefusal(chain);
    if (refusal !== undefined) return refuse(refusal);
    const address = versionAddress(storage, before.id, number);
    const entry = shown(before, number) ? await storage.get(address) : undefined;
    if (!entry) return refuse("no such key version");
    const body = StoredVersion.parse(entry.body);
    const certified = chain[0]?.publicKey.export({ type: "spki", format: "der" }).toString("base64");
    if (certified !== body.publicKey)
      return refuse("leaf certificate public key does not match the selected key version");
    const certificates = chain.map(({ raw }) => pemBlock("CERTIFICATE", raw));
    const { secrets, n } = entry;
    const put = { op: "put", address, body: defined({ ...body, certificates }), secrets, when: { n } } as const;
    const after = withRevision(before, number);
    return { op: "put", stored: after, also: [put], result: after };
  });
  return { name: stored.name, type: stored.type, certificate_chain: text };
};
