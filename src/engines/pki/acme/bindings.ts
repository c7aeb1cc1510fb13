import { z } from "zod";
import { type BackendContext, pageOf } from "../../../framework/index.ts";
import type { JsonObject } from "../../../std/json.ts";
import { uuid } from "../../../std/random.ts";
import { Sensitive } from "../../../std/sensitive.ts";
import { cut } from "../../../std/shown.ts";
import { wholeRfc3339 } from "../../../std/time.ts";
import { tryWrite } from "../../../storage/change.ts";
import type { Entry, Write } from "../../../storage/store.ts";
import { type Directory, directoryIn } from "./directory.ts";
import { headerOf, isSignedBySecret, jwkInPayload, messageIn, type PublicJwk } from "./jws.ts";
import { malformed, type Problem, problem, wordsFirst } from "./problems.ts";
import { bindingAddress, bodyOf, StoredBinding } from "./records.ts";

/**
 * Bindings to accounts elsewhere (EAB): who holds a token of the mount hands an id and a key to whoever may make an
 * account. Each makes one account: it is removed by the transaction that makes it. Source: RFC 8555, section 7.3.4.
 */

const PREFIX = Buffer.from("vault-eab-0-", "base64url");
const KEY_BYTES = 32;
const KEY_TYPE = "hs";

export const BindingShown = z.object({
  key_type: z.string(),
  acme_directory: z.string(),
  created_on: z.string(),
});
export const BindingMade = BindingShown.extend({ id: z.string(), key: z.string().describe("base64url; shown once") });

const shownOf = ({ directory, created }: StoredBinding): z.output<typeof BindingShown> => ({
  key_type: KEY_TYPE,
  acme_directory: `${directory}directory`,
  created_on: wholeRfc3339(created),
});

/** Makes one for the directory of the path. */
export const makeBinding = async (path: string, cx: BackendContext): Promise<z.output<typeof BindingMade>> => {
  const { storage, random, clock } = cx;
  const key = Buffer.concat([PREFIX, random.bytes(KEY_BYTES)]);
  const stored: StoredBinding = { id: uuid(random), directory: directoryIn(path), created: clock.now() };
  const secrets = { key: new Sensitive<Uint8Array>(key) };
  await storage.write([
    { op: "put", address: bindingAddress(storage, stored.id), body: bodyOf(stored), secrets, when: "absent" },
  ]);
  return { id: stored.id, key: key.toString("base64url"), ...shownOf(stored) };
};

const AT_ONCE = 100;

/** Those that nobody used yet, behind `after` in the order of ids, at most `limit`; all where it is not positive. */
export const listBindings = async (
  page: { readonly after: string; readonly limit: number },
  { storage }: BackendContext,
): Promise<readonly StoredBinding[]> => {
  const ids = pageOf(await storage.list("eab/"), page);
  const found: StoredBinding[] = [];
  for (let at = 0; at < ids.length; at += AT_ONCE) {
    const entries = await storage.getMany(ids.slice(at, at + AT_ONCE).map((id) => bindingAddress(storage, id)));
    found.push(...entries.flatMap((entry) => (entry ? [StoredBinding.parse(entry.body)] : [])));
  }
  return found;
};

export const bindingsShown = (bindings: readonly StoredBinding[]) => ({
  keys: bindings.map(({ id }) => id),
  key_info: Object.fromEntries(bindings.map((binding) => [binding.id, shownOf(binding)])),
});

/** Answers whether there was one. */
export const deleteBinding = (id: string, { storage }: BackendContext): Promise<boolean> =>
  tryWrite(storage, [{ op: "delete", address: bindingAddress(storage, id), when: "present" }]);

const refuse = (): Problem => wordsFirst("unauthorized", "failed to verify eab");

const checkHeader = (header: ReturnType<typeof headerOf>, url: string): void => {
  if (header.keyId === "") throw malformed("invalid header: got missing required field 'kid'");
  if (header.jwk) throw malformed("invalid header: jwk should not be provided in eab 'protected'");
  if (header.url === "") throw malformed("missing required parameter 'url' in eab 'protected'");
  if (header.url !== url) {
    throw problem(
      "unauthorized",
      `invalid value for 'url' in eab 'protected': got '${cut(header.url)}' expected '${url}'`,
    );
  }
  if (header.nonce !== "") throw malformed("nonce should not be provided in eab 'protected'");
};

const isId = (text: string): boolean => z.uuid().safeParse(text).success;

const findBinding = async (id: string, { storage }: BackendContext): Promise<Entry | undefined> =>
  isId(id) ? storage.get(bindingAddress(storage, id)) : undefined;

/** A binding that a request for an account proved, and the write that uses it up. */
export interface ProvedBinding {
  readonly id: string;
  readonly use: Write;
}

/**
 * Checks `externalAccountBinding` of a request for an account. Throws `Problem`.
 *
 * Security: a key that is not known, of another directory, or used already fails with the same words.
 */
export const provedBinding = async (
  given: JsonObject,
  { key, url }: { readonly key: PublicJwk; readonly url: string },
  { directory }: Directory,
  cx: BackendContext,
): Promise<ProvedBinding> => {
  const message = messageIn(given, "eab ");
  const header = headerOf(message);
  checkHeader(header, url);
  const entry = await findBinding(header.keyId, cx);
  const secret = entry?.secrets?.["key"];
  if (!entry || !secret) throw refuse();
  if (!(await isSignedBySecret(message, header, secret.reveal()))) throw refuse();
  if ((await jwkInPayload(message)).thumbprint !== key.thumbprint) {
    throw malformed("eab payload does not match outer JWK key");
  }
  const binding = StoredBinding.parse(entry.body);
  if (binding.directory !== directory) throw refuse();
  return { id: binding.id, use: { op: "delete", address: entry.address, when: { n: entry.n } } };
};
