import { KEY_TYPES } from "../../src/engines/transit/model.ts";
import { type Endpoint, everyEndpoint, type Names } from "./every-path.ts";
import type { Answered, TestServer } from "./make-server.ts";

/**
 * The engines that hold keys, each mounted under its type and filled with what can be in it, and requests that mean
 * something there: so that every path of theirs is played with objects that exist.
 */

export const MOUNTS = ["transit/", "pki/", "totp/"] as const;

/** A request for `web.example.com`, by OpenSSL, of a key nobody has. */
export const REQUEST = `-----BEGIN CERTIFICATE REQUEST-----
MIHTMHwCAQAwGjEYMBYGA1UEAwwPd2ViLmV4YW1wbGUuY29tMFkwEwYHKoZIzj0C
AQYIKoZIzj0DAQcDQgAEseh43eD3quL9su5D/wB5N7gR+EwQ/yjNA0CVzd2odMDU
rP7b01GkY/cjE+ROAq5beg83t1z5SDQGXrcF39LN/aAAMAoGCCqGSM49BAMCA0cA
MEQCIEkdO+JmzyXeEGIxIrMFPK2SgINR4qVSuLEu/bh99SBzAiBx+ggYv/NvAOQ2
JYOCFV9P3xxYGjJzLHtQB7BXTTIH7A==
-----END CERTIFICATE REQUEST-----`;

const DERIVED = ["derived", "convergent", "derived-signs"];
const TRANSIT_KEYS = [...KEY_TYPES, ...DERIVED];
const PLAINTEXT = Buffer.from("what is said").toString("base64");
const CONTEXT = Buffer.from("whose it is").toString("base64");

export interface KeyEngines {
  /** Every operation of the three engines, once for each key, role, issuer and certificate it may be about. */
  readonly endpoints: readonly Endpoint[];
  /** Fields that mean something to an operation. */
  good(endpoint: Endpoint): Readonly<Record<string, unknown>>;
}

const must = async (answer: Promise<Answered>): Promise<Answered> => {
  const { status, text, ...rest } = await answer;
  if (status >= 300) throw new Error(`${status} ${text}`);
  return { status, text, ...rest };
};

interface Said {
  readonly ciphertext?: string;
  readonly signature?: string;
  readonly hmac: string;
}

/** What each key has said, by its name. */
const furnishTransit = async (post: Post): Promise<ReadonlyMap<string, Said>> => {
  for (const type of KEY_TYPES)
    await post(`transit/keys/${type}`, { type, ...(type === "hmac" ? { key_size: 32 } : {}) });
  await post("transit/keys/derived", { derived: true });
  await post("transit/keys/convergent", { derived: true, convergent_encryption: true });
  await post("transit/keys/derived-signs", { type: "ed25519", derived: true });
  const said = new Map<string, Said>();
  for (const name of TRANSIT_KEYS) {
    if (!name.startsWith("rsa-")) await post(`transit/keys/${name}/rotate`);
    const context = DERIVED.includes(name) ? { context: CONTEXT } : {};
    const signs = /^(?:ed|ec|rsa|derived-signs)/.test(name);
    const encrypts = /^(?:aes|chacha|xchacha|rsa|derived$|convergent)/.test(name);
    const text = async (path: string, body: object, member: string) =>
      String((await post(`transit/${path}/${name}`, { ...body, ...context })).data[member]);
    said.set(name, {
      hmac: await text("hmac", { input: PLAINTEXT }, "hmac"),
      ...(signs ? { signature: await text("sign", { input: PLAINTEXT }, "signature") } : {}),
      ...(encrypts ? { ciphertext: await text("encrypt", { plaintext: PLAINTEXT }, "ciphertext") } : {}),
    });
  }
  return said;
};

interface Issued {
  readonly serial: string;
  readonly certificate: string;
  readonly issuer: string;
}

const furnishPki = async (post: Post): Promise<Issued> => {
  const root = (key_type: string) => post("pki/root/generate/internal", { common_name: `${key_type} root`, key_type });
  await root("rsa");
  await root("ed25519");
  const { data: made } = await root("ec");
  await post("pki/config/urls", { ocsp_servers: "http://pki.example.com/ocsp" });
  await post("pki/roles/web", { allowed_domains: "example.com", allow_subdomains: true, key_type: "ec", ttl: "1h" });
  const { data } = await post("pki/issue/web", { common_name: "old.example.com" });
  await post("pki/issue/web", { common_name: "web.example.com" });
  return {
    serial: String(data["serial_number"]),
    certificate: String(data["certificate"]),
    issuer: String(made["issuer_id"]),
  };
};

const furnishTotp = async (post: Post): Promise<void> => {
  await post("totp/keys/given", { key: "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", issuer: "i", account_name: "a" });
  await post("totp/keys/made", { generate: true, exported: false, issuer: "i", account_name: "a" });
};

type Post = (path: string, body?: unknown) => Promise<Answered>;

/** Mounts and fills the engines. */
export const furnishKeyEngines = async (server: TestServer): Promise<KeyEngines> => {
  const post: Post = (path, body = {}) => must(server.call("POST", path, { body }));
  for (const mount of MOUNTS) await post(`sys/mounts/${mount.slice(0, -1)}`, { type: mount.slice(0, -1) });
  const said = await furnishTransit(post);
  await must(server.call("GET", "transit/wrapping_key"));
  const { serial, certificate, issuer } = await furnishPki(post);
  await furnishTotp(post);

  const CAPTURES: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
    "transit/": {
      name: TRANSIT_KEYS,
      type: ["encryption-key", "signing-key", "hmac-key", "public-key"],
      version: ["1"],
      plaintext: ["plaintext", "wrapped"],
      destination: ["rsa-2048"],
      source: ["aes256-gcm96"],
      urlalgorithm: ["sha2-256"],
      urlbytes: ["16"],
    },
    "pki/": {
      exported: ["internal"],
      issuer_ref: ["default"],
      key_ref: ["default"],
      role: ["web"],
      name: ["web"],
      serial: [serial],
    },
    "totp/": { name: ["given", "made"] },
  };
  const names: Names = (mount, capture) => CAPTURES[mount]?.[capture];
  const all = await everyEndpoint(server, names);
  const endpoints = all.filter(({ path }) => MOUNTS.some((mount) => path.startsWith(mount)));

  const transit = (path: string): Readonly<Record<string, unknown>> => {
    const name = TRANSIT_KEYS.find((one) => path.split("/").includes(one)) ?? "";
    const { ciphertext = "vault:v1:AAAA", signature = "vault:v1:AAAA" } = said.get(name) ?? {};
    const context = DERIVED.includes(name) ? { context: CONTEXT } : {};
    const item = { plaintext: PLAINTEXT, input: PLAINTEXT, ciphertext, signature, ...context };
    return { ...item, bits: 256, bytes: 32, key_version: 0, type: name, min_decryption_version: 1 };
  };
  const pki = (path: string) => ({
    common_name: "web.example.com",
    key_type: "ec",
    key_bits: 0,
    ttl: "1h",
    csr: REQUEST,
    certificate,
    pem_bundle: certificate,
    // Elsewhere it is a part of the subject, which the role does not allow.
    ...(path.includes("revoke") ? { serial_number: serial } : {}),
    issuer_ref: "default",
    key_ref: "default",
    default: issuer,
    allowed_domains: "example.com",
    allow_subdomains: true,
  });
  const totp = { code: "123456", key: "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ" };

  return {
    endpoints,
    good: ({ path, fields }) => {
      const known: Readonly<Record<string, unknown>> = path.startsWith("transit/")
        ? transit(path)
        : path.startsWith("pki/")
          ? pki(path)
          : totp;
      return Object.fromEntries(fields.flatMap(({ name }) => (name in known ? [[name, known[name]]] : [])));
    },
  };
};
