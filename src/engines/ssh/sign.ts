import { createHash, type KeyObject } from "node:crypto";
import { z } from "zod";
import { type BackendContext, type DataReply, field, invalidRequest, VaultError } from "../../framework/index.ts";
import { cut, shown } from "../../std/shown.ts";
import { epochSeconds } from "../../std/time.ts";
import { signerOf } from "./ca.ts";
import type { CaRole } from "./ca-role.ts";
import { checkKey, checkRequested } from "./key-lengths.ts";
import { keySpec, makeKeyPair } from "./key-pair.ts";
import { type Certificate, type RsaSigner, signCertificate } from "./openssh/certificate.ts";
import { writePrivateKey } from "./openssh/private-key.ts";
import { parsePublicLine, type SshPublicKey } from "./openssh/public-key.ts";
import { FormatError } from "./openssh/wire.ts";
import { criticalOptionsFor, extensionsFor } from "./options.ts";
import { principalsFor } from "./principals.ts";
import { findRole, type Role } from "./roles.ts";

/** Certificates: of a key that is sent (`sign`), or of one that is made and handed out once (`issue`). No lease. */

const certificateFields = {
  valid_principals: field.text("Comma list of users or hosts; the role's default user unless given."),
  cert_type: field.text("`user` or `host`; `user` unless given."),
  ttl: field.duration("Lifetime; the role's unless given, at most its maximum."),
  key_id: field.text("What the SSH server logs, if the role lets callers choose it."),
  critical_options: field.map("Critical options, instead of the role's."),
  extensions: field.map("Extensions, instead of the role's."),
};
const CertificateInput = z.object(certificateFields);
type CertificateInput = z.output<typeof CertificateInput>;

export const SignInput = z.object({
  public_key: field.text("The key to sign, as its `.pub` file."),
  ...certificateFields,
});
export const IssueInput = z.object({
  key_type: field.text("`rsa`, `ec`, `ed25519`, or an OpenSSH type; `rsa` unless given."),
  key_bits: field.integer("Bits for `rsa` (0: 4096) and `ec` (0: 256)."),
  ...certificateFields,
});

export const Signed = z.object({
  serial_number: z.string().describe("hexadecimal"),
  signed_key: z.string().describe("the certificate's line"),
});
export const Issued = z.object({ ...Signed.shape, private_key: z.string(), private_key_type: z.string() });

const typeOf = (asked: string, role: CaRole): "user" | "host" => {
  if (asked !== "user" && asked !== "host") throw invalidRequest("cert_type must be either 'user' or 'host'");
  const allowed = asked === "user" ? role.allow_user_certificates : role.allow_host_certificates;
  if (!allowed) throw invalidRequest(`cert_type '${asked}' is not allowed by role`);
  return asked;
};

/** Seconds. What is asked for may not be too long; what follows from role and mount is cut. 0 asks for nothing. */
const lifetime = (asked: number, role: CaRole, { mount }: BackendContext): number => {
  const wanted = asked === 0 ? role.ttl : asked;
  const ttl = wanted === 0 ? mount.defaultTtl : wanted;
  const most = role.max_ttl === 0 ? mount.maxTtl : role.max_ttl;
  if (ttl <= most) return ttl;
  if (asked !== 0) throw invalidRequest(`ttl is larger than maximum allowed ${most}`);
  return most;
};

const checkKeyId = (asked: string, role: CaRole): void => {
  if (asked !== "" && !role.allow_user_key_ids) throw invalidRequest("setting key_id is not allowed by role");
  if (/\p{Cc}/u.test(asked)) throw invalidRequest("key_id holds a character that cannot be printed");
};

/** Each name is replaced once; what a display name holds is not looked at again. */
const keyIdFor = (asked: string, roleName: string, role: CaRole, key: SshPublicKey, cx: BackendContext): string => {
  if (asked !== "") return asked;
  const displayName = cx.caller?.displayName ?? "";
  const usual = displayName === "" ? "vault-{{public_key_hash}}" : "vault-{{token_display_name}}-{{public_key_hash}}";
  const values: Readonly<Record<string, string>> = {
    token_display_name: displayName,
    role_name: roleName,
    public_key_hash: createHash("sha256").update(key.blob).digest("hex"),
  };
  const format = role.key_id_format === "" ? usual : role.key_id_format;
  return format.replace(/\{\{(\w+)\}\}/g, (whole, name: string) =>
    Object.hasOwn(values, name) ? (values[name] ?? "") : whole,
  );
};

/** How an RSA key signs. Throws where the role names it and the CA's key is of another kind. */
const rsaSigner = (role: CaRole, signer: KeyObject): RsaSigner => {
  const { algorithm_signer: asked } = role;
  if (asked !== "default" && signer.asymmetricKeyType !== "rsa") {
    const why = `algorithm_signer ${shown(asked)} is for an RSA key, which the CA does not have`;
    throw invalidRequest(`failed to generate signed SSH key: ${why}`);
  }
  return asked === "rsa-sha2-512" ? asked : "rsa-sha2-256";
};

interface Order {
  readonly certificate: Omit<Certificate, "key" | "keyId">;
  readonly warnings: readonly string[];
  readonly signer: KeyObject;
  readonly rsa: RsaSigner;
}

/** Everything about a certificate but its key, held against the role. Throws with Vault's texts, in Vault's order. */
const judge = async (input: CertificateInput, role: CaRole, cx: BackendContext): Promise<Order> => {
  checkKeyId(input.key_id ?? "", role);
  const type = typeOf(input.cert_type ?? "user", role);
  const principals = principalsFor(type, input.valid_principals ?? "", role, cx);
  const ttl = lifetime(input.ttl ?? 0, role, cx);
  const criticalOptions = criticalOptionsFor(input.critical_options ?? {}, role);
  const { extensions, warnings } = extensionsFor(input.extensions ?? {}, role, cx);
  const signer = await signerOf(cx.storage);
  if (!signer) throw invalidRequest("error creating signer: no keys configured", { multi: true });
  const now = epochSeconds(cx.clock.now());
  return {
    certificate: {
      type,
      principals,
      criticalOptions,
      extensions,
      serial: Buffer.from(cx.random.bytes(8)).readBigUInt64BE(),
      nonce: cx.random.bytes(32),
      validAfter: Math.max(0, now - role.not_before_duration),
      validBefore: now + ttl,
    },
    warnings,
    signer,
    rsa: rsaSigner(role, signer),
  };
};

const signed = (order: Order, key: SshPublicKey, keyId: string): z.output<typeof Signed> => ({
  serial_number: order.certificate.serial.toString(16),
  signed_key: signCertificate({ ...order.certificate, key, keyId }, order.signer, order.rsa),
});

const publicKeyIn = (text: string): SshPublicKey => {
  if (text === "") throw invalidRequest("missing public_key");
  try {
    return parsePublicLine(text);
  } catch (cause) {
    if (!(cause instanceof FormatError)) throw cause;
    throw invalidRequest(`failed to parse public_key as SSH key: ${cause.message}`, { cause });
  }
};

/** What a role of type `otp` allows: nothing. */
const caRole = (role: Role): CaRole => {
  if (role.key_type === "ca") return role;
  throw invalidRequest("cert_type 'user' is not allowed by role");
};

export const signKey = async (
  name: string,
  input: z.output<typeof SignInput>,
  cx: BackendContext,
): Promise<DataReply<z.output<typeof Signed>>> => {
  const found = await findRole(cx.storage, name);
  if (!found) throw invalidRequest(`Unknown role: ${cut(name)}`);
  const key = publicKeyIn(input.public_key ?? "");
  const role = caRole(found);
  checkKey(key, role.allowed_user_key_lengths);
  const order = await judge(input, role, cx);
  const keyId = keyIdFor(input.key_id ?? "", name, role, key, cx);
  return { data: signed(order, key, keyId), warnings: order.warnings };
};

/** `issue` shows as they are the texts that `sign` wraps as Go's multi-error. */
const barely = (cause: unknown): never => {
  throw cause instanceof VaultError ? cause.bare() : cause;
};

export const issueKey = async (
  name: string,
  input: z.output<typeof IssueInput>,
  cx: BackendContext,
): Promise<DataReply<z.output<typeof Issued>>> => {
  const role = await findRole(cx.storage, name);
  if (!role) throw invalidRequest(`unknown role: ${cut(name)}`);
  if (role.key_type !== "ca") throw invalidRequest(`role key type '${role.key_type}' not allowed to issue key pairs`);
  const { key_type = "rsa", key_bits = 0 } = input;
  checkRequested(key_type, key_bits, role.allowed_user_key_lengths);
  const spec = keySpec(key_type, key_bits);
  const order = await judge(input, role, cx).catch(barely);
  const pair = await makeKeyPair(spec);
  const keyId = keyIdFor(input.key_id ?? "", name, role, pair.public, cx);
  const private_key = writePrivateKey(pair.private, Buffer.from(cx.random.bytes(4)).readUInt32BE());
  const data = { ...signed(order, pair.public, keyId), private_key, private_key_type: key_type };
  return { data, warnings: order.warnings };
};
