import { createPublicKey, verify } from "node:crypto";
import { READERS } from "./signed.ts";

/**
 * Holds an answer against what a case wants. A wanted value is plain JSON, matched exactly, or a matcher:
 * `{"$is": shape}`, `{"$eq": saved name}`, `{"$re": pattern}`, `{"$near": n, "by": m}`, `{"$set": [...]}` in any order,
 * `{"$keys": {...}}` at least these keys, `{"$jwt": {...}, "by": saved key set}` a token whose header and payload are
 * exactly these; with `by` also whether the key of the set that its header names has signed it; `{"$x509": {...}, "by":
 * saved certificate}` a certificate (PEM, or the bytes of an answer) of which `signed.ts` reads at least these members;
 * with `by` also whether that certificate's key signed it. Likewise `$csr`, `$crl` and `$ocsp`.
 */

type Names = ReadonlyMap<string, unknown>;
type Record_ = Readonly<Record<string, unknown>>;

const isRecord = (value: unknown): value is Record_ =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const SHAPES: Readonly<Record<string, (value: unknown) => boolean>> = {
  uuid: (v) => typeof v === "string" && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(v),
  time: (v) => typeof v === "string" && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(v),
  token: (v) => typeof v === "string" && /^(hv[sbr]|[sbr])\.[\w.+/=-]{12,}$/.test(v),
  string: (v) => typeof v === "string",
  int: (v) => Number.isInteger(v),
  number: (v) => typeof v === "number",
  bool: (v) => typeof v === "boolean",
  array: Array.isArray,
  object: isRecord,
  any: (v) => v !== undefined,
  errors: (v) => Array.isArray(v) && v.length > 0 && v.every((item) => typeof item === "string" && item !== ""),
};

/** Fields that one server version sends and another does not: never compared. */
const UNSTABLE = new Set([
  "mount_type",
  "mount_running_plugin_version",
  "running_plugin_version",
  "running_sha256",
  "plugin_version",
  "deprecation_status",
  "external_entropy_access",
  "builtin",
  "num_uses_remaining",
  "mount_point",
  "mount_class",
]);

const show = (value: unknown): string => (value === undefined ? "nothing" : JSON.stringify(value).slice(0, 300));

const asSet = (want: readonly unknown[], got: unknown, names: Names, where: string): string[] => {
  if (!Array.isArray(got) || got.length !== want.length)
    return [`${where}: wanted ${want.length} items, got ${show(got)}`];
  const left: unknown[] = [...got];
  for (const item of want) {
    const found = left.findIndex((candidate) => differences(item, candidate, names, where).length === 0);
    if (found < 0) return [`${where}: lacks ${show(item)}; got ${show(got)}`];
    left.splice(found, 1);
  }
  return [];
};

const near = (want: Record_, got: unknown): boolean =>
  Number.isInteger(got) && Math.abs(Number(got) - Number(want["$near"])) <= Number(want["by"]);

const part = (text: string | undefined): unknown => JSON.parse(Buffer.from(text ?? "", "base64url").toString("utf8"));

/** Whether a key of a set, the one whose id the header gives, has signed a token. */
const isSigned = (token: string, keys: unknown): boolean => {
  const [header = "", payload = "", signature = ""] = token.split(".");
  const { alg, kid } = part(header) as { alg: string; kid: string };
  const jwk: unknown = [keys].flat(2).find((key) => isRecord(key) && key["kid"] === kid);
  if (!isRecord(jwk)) return false;
  const key = createPublicKey({ key: jwk, format: "jwk" });
  const how = alg.startsWith("ES") ? { key, dsaEncoding: "ieee-p1363" as const } : key;
  const hash = alg === "EdDSA" ? null : `sha${alg.slice(2)}`;
  return verify(hash, Buffer.from(`${header}.${payload}`), how, Buffer.from(signature, "base64url"));
};

const asToken = (want: Record_, got: unknown, names: Names, where: string): string[] => {
  const by = want["by"];
  try {
    const [header, payload] = String(got).split(".", 2).map(part);
    const signed = by === undefined ? {} : { signed: isSigned(String(got), names.get(String(by))) };
    return differences({ $keys: want["$jwt"] }, { header, payload, ...signed }, names, `${where}<jwt>`);
  } catch (cause) {
    return [`${where}: wanted a token, got ${show(got)}: ${String(cause)}`];
  }
};

const asSigned = (kind: string, want: Record_, got: unknown, names: Names, where: string): string[] => {
  const by = want["by"] === undefined ? undefined : String(names.get(String(want["by"])));
  try {
    const found = READERS.get(kind)?.(got, by);
    return differences({ $keys: want[kind] }, found, names, `${where}<${kind.slice(1)}>`);
  } catch (cause) {
    const shown = Buffer.isBuffer(got) ? got.toString("latin1") : got;
    return [`${where}: wanted ${kind.slice(1)}, got ${show(shown)}: ${String(cause)}`];
  }
};

/** Which of the readers a wanted value asks for: they take the bytes of an answer. */
export const readerOf = (want: unknown): string | undefined =>
  isRecord(want) ? Object.keys(want).find((key) => READERS.has(key)) : undefined;

const byMatcher = (want: Record_, got: unknown, names: Names, where: string): string[] | undefined => {
  const verdict = (holds: boolean): string[] => (holds ? [] : [`${where}: wanted ${show(want)}, got ${show(got)}`]);
  if ("$is" in want) return verdict(SHAPES[String(want["$is"])]?.(got) ?? false);
  if ("$eq" in want) return verdict(got === names.get(String(want["$eq"])));
  if ("$re" in want) return verdict(typeof got === "string" && new RegExp(String(want["$re"]), "s").test(got));
  if ("$near" in want) return verdict(near(want, got));
  if ("$jwt" in want) return asToken(want, got, names, where);
  if ("$set" in want) return asSet(Array.isArray(want["$set"]) ? want["$set"] : [], got, names, where);
  const reader = readerOf(want);
  return reader === undefined ? undefined : asSigned(reader, want, got, names, where);
};

const byKeys = (want: Record_, got: unknown, names: Names, where: string): string[] => {
  const open = isRecord(want["$keys"]);
  const wanted = isRecord(want["$keys"]) ? want["$keys"] : want;
  if (!isRecord(got)) return [`${where}: wanted an object, got ${show(got)}`];
  const found: string[] = [];
  for (const [key, value] of Object.entries(wanted)) {
    if (UNSTABLE.has(key)) continue;
    if (Object.hasOwn(got, key)) found.push(...differences(value, got[key], names, `${where}.${key}`));
    else found.push(`${where}.${key}: missing, wanted ${show(value)}`);
  }
  if (open) return found;
  for (const key of Object.keys(got)) {
    if (!Object.hasOwn(wanted, key) && !UNSTABLE.has(key))
      found.push(`${where}.${key}: not wanted, got ${show(got[key])}`);
  }
  return found;
};

/** What differs; empty when all matches. */
export const differences = (want: unknown, got: unknown, names: Names, where: string): string[] => {
  if (isRecord(want)) return byMatcher(want, got, names, where) ?? byKeys(want, got, names, where);
  if (!Array.isArray(want)) return Object.is(want, got) ? [] : [`${where}: wanted ${show(want)}, got ${show(got)}`];
  if (!Array.isArray(got) || got.length !== want.length) return [`${where}: wanted ${show(want)}, got ${show(got)}`];
  return want.flatMap((item, index) => differences(item, got[index], names, `${where}[${index}]`));
};
