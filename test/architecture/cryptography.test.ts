import { describe, expect, it } from "@jest/globals";
import { productSources, type Source } from "./support/sources.ts";

/**
 * Rules over the source that no type can state: which primitives there are and where, how secrets are compared, where
 * randomness comes from, how SQL is put together. The local doubles of AWS are left out of some: nothing of them is
 * deployed.
 */

const deployed = productSources.filter(({ file }) => !file.startsWith("src/local/"));

const hits = (sources: readonly Source[], pattern: RegExp): readonly string[] =>
  sources.flatMap(({ file, code }) => [...code.matchAll(pattern)].map(([text]) => `${file}: ${text.trim()}`)).sort();

describe("V97: the program has no cryptographic primitive of its own", () => {
  /** Each file that does cryptography, with all it takes from Node. A new one is a decision, made here. */
  const PRIMITIVES: Readonly<Record<string, string>> = {
    "src/agent/cache/key.ts": "createHash",
    "src/agent/functions/consul-template/encodings.ts": "createHmac",
    "src/agent/functions/go/encodings.ts": "createHash",
    "src/agent/functions/sprig/crypto.ts":
      "createCipheriv, createDecipheriv, createHmac, generateKeyPairSync, scryptSync",
    "src/agent/sink/envelope.ts":
      "createCipheriv, createPublicKey, diffieHellman, generateKeyPairSync, hkdfSync, KeyObject",
    "src/agent/template/certificate.ts": "createPrivateKey, X509Certificate",
    "src/agent/template/task.ts": "createHash",
    "src/audit/checkpoint.ts": "createHash, createPrivateKey, createPublicKey, hash, KeyObject, sign, verify",
    "src/audit/client-certificate.ts": "X509Certificate",
    "src/audit/style.ts": "createHmac, createSecretKey, KeyObject",
    "src/audit/verify.ts": "createPublicKey",
    "src/auth/aws/ec2/certificates.ts": "KeyObject, X509Certificate",
    "src/auth/aws/ec2/cms.ts": "createHash",
    "src/auth/aws/ec2/role-tag.ts": "createHmac",
    "src/auth/aws/ec2/signature.ts": "KeyObject, verify",
    "src/auth/aws/login-request.ts": "createHash",
    "src/auth/cert/revocation-lists.ts": "createHash",
    "src/auth/cert/trusted.ts": "createHash",
    "src/auth/jwt/oidc/id-token.ts": "createHash",
    "src/auth/jwt/oidc/pages.ts": "createHash",
    "src/auth/jwt/oidc/states.ts": "createHash",
    "src/auth/ldap/config.ts": "createPrivateKey, X509Certificate",
    "src/auth/userpass/passwords.ts": "createHash, ScryptOptions, scrypt, timingSafeEqual",
    "src/aws-clients/sha256.ts": "createHash, createHmac, createSecretKey, KeyObject",
    "src/backends/identity/oidc/exchange.ts": "createHash",
    "src/backends/identity/oidc/keys.ts": "generateKeyPair, KeyObject",
    "src/backends/identity/oidc/pkce.ts": "createHash",
    "src/challenges/dns-01.ts": "createHash",
    "src/challenges/tls-alpn-01.ts": "createHash, X509Certificate",
    "src/core/login/login.ts": "createHash",
    "src/crypto/envelope.ts":
      "createCipheriv, createDecipheriv, createHmac, createSecretKey, hash, hkdfSync, KeyObject, timingSafeEqual",
    "src/crypto/keyring.ts": "createSecretKey",
    "src/crypto/names.ts": "createHmac, KeyObject",
    "src/engines/database/mongodb/settings.ts": "createPrivateKey, X509Certificate",
    "src/engines/database/mysql/tls.ts": "X509Certificate",
    "src/engines/database/postgresql/scram.ts": "createHash, createHmac, pbkdf2",
    "src/engines/database/redis/settings.ts": "X509Certificate",
    "src/engines/database/redis/users.ts": "createHash",
    "src/engines/pki/acme/jws.ts": "createPublicKey, KeyObject",
    "src/engines/pki/acme/revocation.ts": "X509Certificate",
    "src/engines/pki/authorities/key-formats.ts": "createPrivateKey, KeyObject",
    "src/engines/pki/authorities/key-material.ts": "createHash, createPublicKey, generateKeyPair, KeyObject",
    "src/engines/pki/issuing/answers.ts": "X509Certificate",
    "src/engines/pki/revoking/brought.ts": "createPrivateKey, createPublicKey, KeyObject, X509Certificate",
    "src/engines/pki/revoking/details.ts": "X509Certificate",
    "src/engines/pki/revoking/lists/groups.ts": "createHash",
    "src/engines/pki/revoking/lists/revocations.ts": "X509Certificate",
    "src/engines/pki/revoking/tidy/rows.ts": "X509Certificate",
    "src/engines/ssh/key-pair.ts": "generateKeyPair, KeyObject, sign, verify",
    "src/engines/ssh/openssh/certificate.ts": "KeyObject, sign",
    "src/engines/ssh/openssh/private-key.ts": "createPrivateKey, KeyObject",
    "src/engines/ssh/openssh/public-key.ts": "createPublicKey, KeyObject",
    "src/engines/ssh/sign.ts": "createHash, KeyObject",
    "src/engines/transit/keys/certificates.ts": "X509Certificate",
    "src/engines/transit/keys/ed25519.ts": "createPrivateKey, createPublicKey, KeyObject",
    "src/engines/transit/keys/material.ts": "createPublicKey, generateKeyPair, KeyObject",
    "src/engines/transit/keys/shown.ts": "createPublicKey, KeyObject",
    "src/engines/transit/keys/transfer/backup-format.ts": "createPrivateKey, createPublicKey, KeyObject",
    "src/engines/transit/keys/transfer/brought.ts": "createPublicKey, KeyObject, sign, verify",
    "src/engines/transit/keys/transfer/wrapped.ts":
      "constants, createCipheriv, createDecipheriv, KeyObject, privateDecrypt, publicEncrypt",
    "src/engines/transit/keys/transfer/wrapping-key.ts": "generateKeyPair, KeyObject",
    "src/engines/transit/use/crypto/aead.ts": "createCipheriv, createDecipheriv, createSecretKey, KeyObject",
    "src/engines/transit/use/crypto/derive.ts": "createHmac, hkdfSync",
    "src/engines/transit/use/crypto/ecdsa.ts": "KeyObject, sign, verify",
    "src/engines/transit/use/crypto/eddsa.ts": "KeyObject, sign, verify",
    "src/engines/transit/use/crypto/hashes.ts": "createHash, createHmac",
    "src/engines/transit/use/crypto/rsa.ts":
      "constants, KeyObject, privateDecrypt, privateEncrypt, publicDecrypt, publicEncrypt, sign, verify",
    "src/engines/transit/use/sign.ts": "createPublicKey, KeyObject",
    "src/engines/transit/use/verify.ts": "createPublicKey, timingSafeEqual",
    "src/framework/tool-paths.ts": "createHash",
    "src/go-template/name-functions.ts": "createHash",
    "src/http/listener.ts": "constants",
    "src/jwt/pem-keys.ts": "createPublicKey, KeyObject, X509Certificate",
    "src/std/private-key.ts": "createPrivateKey, KeyObject",
    "src/std/random.ts": "randomFillSync",
    "src/std/same-secret.ts": "createHash, timingSafeEqual",
    "src/x509/algorithms.ts": "constants, KeyObject, verify",
    "src/x509/certificate.ts": "createHash, X509Certificate",
    "src/x509/issuing/certificate.ts": "createHash, KeyObject",
    "src/x509/issuing/ocsp-request.ts": "createHash",
    "src/x509/issuing/read-key.ts": "createPublicKey, KeyObject",
    "src/x509/issuing/request.ts": "createPublicKey",
    "src/x509/issuing/signatures.ts": "constants, KeyObject, sign, verify",
  };

  it("and takes what it needs from node:crypto, in the files of this list", () => {
    const found = deployed.flatMap(({ file, text }) =>
      [...text.matchAll(/import \{([^}]*)\} from "(?:node:)?crypto"/g)].map(([, names = ""]) => [
        file,
        names
          .split(",")
          .map((name) => name.replace(/\btype\b/, "").trim())
          .filter((name) => name !== "")
          .join(", "),
      ]),
    );
    expect(Object.fromEntries(found)).toEqual(PRIMITIVES);
  });

  it("and reaches for cryptography by no other way", () => {
    const other =
      /import \* as \w+ from "(?:node:)?crypto"|import \w+ from "(?:node:)?crypto"|require\("(?:node:)?crypto"\)|import\("(?:node:)?crypto"\)|\bwebcrypto\b|\bcrypto\.subtle\b|\bglobalThis\.crypto\b/g;
    expect(hits(deployed, other)).toEqual([]);
  });

  it("and depends on packages that do: for hashes that operators bring along, AWS's signatures, tokens, codes by time, and what transit has and node:crypto lacks", () => {
    const known =
      /^import [^;"]*"(?!\.|node:)([^"]*(?:crypt|cipher|hash|noble|forge|elliptic|jose|nacl|sodium|argon|otp|sha\d)[^"]*)";/gm;
    const packages = deployed.flatMap(({ file, text }) =>
      [...text.matchAll(known)].map(([, name]) => `${file}: ${name}`),
    );
    expect(packages).toEqual([
      "src/auth/aws/adapters/ec2.ts: @smithy/hash-node",
      "src/auth/jwt/providers/gsuite.ts: jose",
      "src/auth/userpass/bcrypt.ts: bcryptjs",
      "src/client/sign-login.ts: @smithy/hash-node",
      "src/engines/pki/acme/jws.ts: jose",
      "src/engines/transit/keys/transfer/backup-format.ts: @noble/curves/abstract/modular.js",
      "src/engines/transit/use/crypto/aead.ts: @noble/ciphers/chacha.js",
      "src/engines/transit/use/crypto/derive.ts: @noble/hashes/hkdf.js",
      "src/engines/transit/use/crypto/derive.ts: @noble/hashes/sha2.js",
      "src/engines/transit/use/crypto/ecdsa.ts: @noble/curves/nist.js",
      "src/jwt/jwks.ts: jose",
      "src/jwt/signature.ts: jose",
      "src/otp/totp.ts: otpauth",
    ]);
  });

  it("and uses no broken one, but for the identifiers of keys, which are SHA-1 by RFC 5280 and trusted by nothing", () => {
    expect(
      hits(
        deployed,
        /createHash\("(?:md5|sha1)"\)|createCipheriv\("(?!aes-256-gcm")[^"]*"|createHmac\("(?:md5|sha1)"/g,
      ),
    ).toEqual(['src/x509/issuing/certificate.ts: createHash("sha1")']);
  });

  it("but for SHA-1 where AWS still signs by it: documents with DSA, which are held against AWS's own keys", () => {
    const named = hits(deployed, /"(?:md5|sha1)"/g);
    expect(named.filter((hit) => hit.startsWith("src/auth/"))).toEqual([
      'src/auth/aws/ec2/cms.ts: "sha1"',
      'src/auth/aws/ec2/cms.ts: "sha1"',
      'src/auth/aws/ec2/cms.ts: "sha1"',
    ]);
  });
});

describe("V96 and C18: secrets are compared in constant time or not at all", () => {
  const SECRET =
    "(?:\\w*(?:[tT]oken|[sS]ecret|[sS]ecretId|[pP]assword|[nN]once|[hH]mac|[cC]ommitment|[pP]epper|[dD]erived)(?:Text|Id)?(?:\\.reveal\\(\\))?)";
  const PLAIN = '(?:undefined|null|true|false|""|"[^"]*"|\\d+)';
  const equals = new RegExp(
    `\\b${SECRET} ?(?:===?|!==?) ?(?!${PLAIN})[\\w.()\\[\\]"]+|(?<!${PLAIN} )(?:===?|!==?) ${SECRET}\\b(?![.(\\w])`,
    "g",
  );
  const searched = new RegExp(
    `\\.(?:includes|indexOf|localeCompare|startsWith|equals)\\(${SECRET}\\)|\\b\\w*(?:[sS]ecret|[pP]assword|[nN]once|[pP]epper)\\.(?:includes|indexOf|localeCompare|equals)\\(`,
    "g",
  );

  it("equality and searches touch none", () => {
    expect([...hits(deployed, equals), ...hits(deployed, searched)]).toEqual([]);
  });

  it("would be found out", () => {
    const planted: Source[] = [
      { file: "x.ts", text: "", code: "if (secretId === stored.secretId) a(); if (given.includes(password)) b();" },
    ];
    expect([...hits(planted, equals), ...hits(planted, searched)]).toHaveLength(2);
  });

  it("digests of one length are compared: of any two secrets, of a password, of an envelope's key and place, of HMACs", () => {
    expect(hits(deployed, /timingSafeEqual\(\w+/g)).toEqual([
      "src/auth/userpass/passwords.ts: timingSafeEqual(derived",
      "src/crypto/envelope.ts: timingSafeEqual(commitmentOf",
      "src/engines/transit/use/verify.ts: timingSafeEqual(made",
      "src/std/same-secret.ts: timingSafeEqual(digest",
    ]);
  });
});

describe("C19: what is secret is random", () => {
  it("by the one source that is handed in", () => {
    const others =
      /\bMath\.random\b|\brandomUUID\b|\brandomInt\b|\bgetRandomValues\b|\brandomBytes\(|\brandomFill(?:Sync)?\(/g;
    expect(hits(deployed, others)).toEqual(["src/std/random.ts: randomFillSync("]);
  });

  it("and never made of the time", () => {
    expect(hits(deployed, /\bDate\.now\(\)|\bnew Date\(\)|\bperformance\.now\(\)|\bprocess\.hrtime\b/g)).toEqual([
      "src/agent/process/systemd.ts: process.hrtime",
      "src/std/time.ts: Date.now()",
      "src/std/time.ts: performance.now()",
    ]);
  });
});

describe("V86: SQL", () => {
  const engines = deployed.filter(({ file }) => file.startsWith("src/engines/"));
  const KEYWORD = "(?:SELECT|INSERT|UPDATE|DELETE|ALTER|DROP|CREATE|GRANT|REVOKE|SET|TRUNCATE|SHOW|CALL|KILL)";
  const STATEMENT = new RegExp(`(\\bsql(?:<[^\`]*>)?)?\`\\s*${KEYWORD} [^\`]*\``, "g");

  /** What is in statements that the driver does not bind: its own tagged template binds its values. */
  const placed = (sources: readonly Source[]) =>
    new Set(
      sources.flatMap(({ file, code }) =>
        [...code.matchAll(STATEMENT)].flatMap(([text, tag]) =>
          tag === undefined ? [...text.matchAll(/\$\{([^}]*)\}/g)].map(([, value = ""]) => `${file}: ${value}`) : [],
        ),
      ),
    );

  it("is put together nowhere but of quoted identifiers and numbers", () => {
    expect([...placed(engines)].sort()).toEqual([
      "src/engines/database/mysql/accounts.ts: account",
      "src/engines/database/mysql/accounts.ts: id",
      "src/engines/database/mysql/accounts.ts: quotedAccount(user, host)",
      "src/engines/database/postgresql/driver.ts: limitMs",
      "src/engines/database/postgresql/revocation.ts: identifier(database)",
      "src/engines/database/postgresql/revocation.ts: schema",
      "src/engines/database/postgresql/revocation.ts: user",
    ]);
    const [revocation] = engines.filter(({ file }) => file.endsWith("postgresql/revocation.ts"));
    expect(revocation?.code).toContain("const user = identifier(username);");
    expect(revocation?.code).toMatch(/\.map\(identifier\)\s*\.flatMap\(\(schema\) =>/);
    expect([...(revocation?.code.matchAll(/\buser(?:: string)? =(?!=)|\bschema =/g) ?? [])]).toHaveLength(1);
  });

  it("would be found out where a value is put into it", () => {
    const planted = { file: "x.ts", text: "", code: "sql.unsafe(`DROP ROLE $" + "{name}`); sql`SELECT $" + "{a}`;" };
    expect([...placed([planted])]).toEqual(["x.ts: name"]);
  });

  it("is never joined with plus", () => {
    expect(
      hits(engines, new RegExp(`["'\`]\\s*${KEYWORD} [^"'\`\\n]*["'\`] \\+|\\+ ["'\`]\\s*${KEYWORD} `, "g")),
    ).toEqual([]);
  });

  it("goes to PostgreSQL as text in three files only", () => {
    expect([...new Set(hits(engines, /\b\w+\.unsafe\(/g).map((hit) => hit.split(":")[0]))]).toEqual([
      "src/engines/database/postgresql/connector.ts",
      "src/engines/database/postgresql/driver.ts",
      "src/engines/database/postgresql/revocation.ts",
    ]);
  });

  it("of an operator gets its values escaped according to their place, in one file of each kind", () => {
    const escapes = /replaceAll\((?:"'", "''"|'"', '""'|"`", "``"|quote, quote \+ quote)\)/g;
    expect([...new Set(hits(engines, escapes).map((hit) => hit.split(":")[0]))]).toEqual([
      "src/engines/database/mysql/sql-text.ts",
      "src/engines/database/postgresql/sql-text.ts",
    ]);
  });
});
