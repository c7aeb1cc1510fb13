import { z } from "zod";
import {
  type BackendContext,
  field,
  GENERIC_NAME,
  invalidRequest,
  type LoginGrant,
  type LoginRenewal,
  VaultError,
} from "../../framework/index.ts";
import { checkPoliciesAsBefore, checkSourceAddress, tokenParams } from "../../framework/token-params.ts";
import { FOLDS } from "../../std/fold.ts";
import type { JsonObject } from "../../std/json.ts";
import { restate } from "../../std/restate.ts";
import { shownList } from "../../std/shown.ts";
import type { Address, View } from "../../storage/store.ts";
import { type Certificate, colonHex, extensionText, Unreadable } from "../../x509/index.ts";
import { type Config, configAddress, readConfig } from "./config.ts";
import { objectionOf } from "./matching.ts";
import { type Presented, presentedIn } from "./presented.ts";
import { revocationsOf } from "./revocation.ts";
import { indexAddress } from "./revocation-lists.ts";
import { allRoles, findRole, type NamedRole, roleAddress } from "./roles.ts";

/**
 * A login by the certificate that the client showed in TLS, and its renewal.
 *
 * Security: the certificate comes from the front door (`cx.peerCertificates`), where TLS proved that the client has its
 * key. One text answers every certificate that no role takes, whatever the reason; the reason is in the audit log.
 */

export const loginShape = {
  name: field.text("The role to log in by; the first that fits, in order of names, unless given."),
};
const loginInput = z.object(loginShape);
type LoginInput = z.output<typeof loginInput>;

/** A name as the path table captures and folds it. */
const roleName = (name: string | undefined): string | undefined =>
  name !== undefined && GENERIC_NAME.test(name) ? FOLDS.case(name) : undefined;

const namedIn = (body: JsonObject): string | undefined => {
  const parsed = loginInput.safeParse({ name: body["name"] });
  return parsed.success ? roleName(parsed.data.name) : undefined;
};

/** What rate limits count by: the role that the login names; one that does not exist is not a role. */
export const roleOf = async (path: string, body: JsonObject, storage: View): Promise<string | undefined> => {
  const name = path === "login" ? namedIn(body) : undefined;
  return name === undefined ? undefined : (await findRole(storage, name))?.name;
};

export const loginPrefetch = (body: JsonObject, storage: View): readonly Address[] => {
  const name = namedIn(body);
  return [configAddress(storage), indexAddress(storage), ...(name === undefined ? [] : [roleAddress(storage, name)])];
};

const NOBODY = "invalid certificate or no client certificate supplied";

const MOST_SHOWN = 100;
const short = (text: string): string => (text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN - 3)}...` : text);

const identifying = (leaf: Certificate) => ({
  common_name: leaf.subject.commonName,
  serial_number: leaf.serial.toString(),
  subject_key_id: colonHex(leaf.subjectKeyId),
  authority_key_id: colonHex(leaf.authorityKeyId),
});

/** What a refused caller may be told of its own certificate, where the mount says so; never of one of an authority. */
const told = (config: Config, leaf: Certificate | undefined) => {
  if (!config.enable_metadata_on_failures || !leaf || leaf.authority) return undefined;
  return Object.fromEntries(Object.entries(identifying(leaf)).map(([name, text]) => [name, short(text)]));
};

const refused = (reason: string, config: Config, leaf?: Certificate): VaultError =>
  new VaultError("invalid_credentials", { wire: NOBODY, reason, data: told(config, leaf) });

const absent = (): VaultError => new VaultError("invalid_credentials", { wire: "no client certificate found" });

const presentedTo = (config: Config, cx: BackendContext): Presented => {
  const presented = restate(
    Unreadable,
    ({ reason }) => refused(reason, config),
    () => presentedIn(cx),
  );
  if (!presented) throw absent();
  return presented;
};

async function* candidates(name: string | undefined, cx: BackendContext): AsyncGenerator<NamedRole> {
  if (name === undefined || name === "") return yield* allRoles(cx.storage);
  const known = roleName(name);
  const role = known === undefined ? undefined : await findRole(cx.storage, known);
  if (role) yield role;
}

type Roles = AsyncIterable<NamedRole> | Iterable<NamedRole>;

/** The first role that takes the certificate. Throws for one that none takes. */
const match = async (roles: Roles, presented: Presented, config: Config, cx: BackendContext) => {
  const asked = { presented, revocations: await revocationsOf(cx), now: cx.clock.now() };
  const reasons: string[] = [];
  for await (const role of roles) {
    const objection = objectionOf(role, asked, cx);
    if (objection === undefined) return role;
    reasons.push(`${role.name}: ${objection}`);
  }
  throw refused(reasons.length === 0 ? "there is no such role" : shownList(reasons), config, presented.leaf);
};

const metadataOf = (role: NamedRole, leaf: Certificate): Readonly<Record<string, string>> => ({
  cert_name: role.name,
  ...identifying(leaf),
  ...Object.fromEntries(
    (role.allowed_metadata_extensions ?? []).flatMap((id) => {
      const value = leaf.extensions.get(id);
      return value ? [[id.replaceAll(".", "-"), extensionText(value)]] : [];
    }),
  ),
});

export const login = async ({ name }: LoginInput, cx: BackendContext): Promise<LoginGrant> => {
  const config = await readConfig(cx.storage);
  const presented = presentedTo(config, cx);
  const role = await match(candidates(name, cx), presented, config, cx);
  checkSourceAddress(role, cx.sourceAddress);
  const metadata = metadataOf(role, presented.leaf);
  return {
    displayName: role.display_name,
    token: tokenParams(role),
    metadata,
    alias: {
      name: presented.leaf.subject.commonName,
      ...(config.enable_identity_alias_metadata && { metadata }),
    },
    role: role.name,
    internal: { role: role.name, id: role.id, fingerprint: presented.leaf.fingerprint },
    renewable: true,
  };
};

const kept = z.object({ role: z.string(), id: z.string(), fingerprint: z.string() });

/**
 * The grant by the role as it is now; nothing where the role is gone or is another of the same name. Throws unless the
 * very certificate of the login is shown again and the role still takes it, or the mount does not ask for it.
 */
export const renewLogin = async (renewal: LoginRenewal, cx: BackendContext): Promise<LoginGrant | undefined> => {
  const { role: name, id, fingerprint } = kept.parse(renewal.internal);
  const role = await findRole(cx.storage, name);
  if (!role || role.id !== id) return undefined;
  const config = await readConfig(cx.storage);
  if (!config.disable_binding) {
    const presented = presentedTo(config, cx);
    if (presented.leaf.fingerprint !== fingerprint)
      throw invalidRequest("client identity during renewal not matching client identity used during login", {
        multi: true,
      });
    await match([role], presented, config, cx);
  }
  checkPoliciesAsBefore(role.token_policies, renewal.policies);
  checkSourceAddress(role, cx.sourceAddress);
  return {
    displayName: role.display_name,
    token: tokenParams(role),
    metadata: renewal.metadata,
    role: role.name,
    internal: renewal.internal,
  };
};
