import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { AsnConvert } from "@peculiar/asn1-schema";
import {
  GeneralName,
  GeneralSubtree,
  GeneralSubtrees,
  KeyUsageFlags,
  Name,
  NameConstraints,
} from "@peculiar/asn1-x509";

import { pathsTo, pemBlocks, readCertificate } from "../../../src/x509/index.ts";
import {
  CLIENT_AUTH,
  extension,
  type Made,
  makeAuthority,
  makeCertificate,
  SERVER_AUTH,
} from "../../support/certificates.ts";

/** Paths that hold and that do not. Where OpenSSL is there, it must agree, except where a case says why it does not. */

const NOW = Date.UTC(2030, 0, 1);
const read = ({ cert }: Made) => readCertificate(pemBlocks(cert, ["CERTIFICATE"])[0] ?? Buffer.alloc(0));

interface Chain {
  readonly leaf: Made;
  readonly anchors: readonly Made[];
  readonly others?: readonly Made[];
}

const lengths = ({ leaf, anchors, others = [] }: Chain): readonly number[] =>
  [...pathsTo({ leaf: read(leaf), anchors: anchors.map(read), intermediates: others.map(read), now: NOW })].map(
    (path) => path.length,
  );

const constraints = (permitted: readonly Partial<GeneralName>[], excluded: readonly Partial<GeneralName>[] = []) => {
  const trees = (names: readonly Partial<GeneralName>[]) =>
    new GeneralSubtrees(names.map((name) => new GeneralSubtree({ base: new GeneralName(name) })));
  const value = new NameConstraints({
    ...(permitted.length > 0 && { permittedSubtrees: trees(permitted) }),
    ...(excluded.length > 0 && { excludedSubtrees: trees(excluded) }),
  });
  return extension("2.5.29.30", new Uint8Array(AsnConvert.serialize(value)), true);
};

let root: Made;
let middle: Made;
let folder: string;
let hasOpenssl: boolean;
beforeAll(async () => {
  hasOpenssl = await succeeds("version");
  root = await makeAuthority("CN=root");
  middle = await makeAuthority("CN=middle", { by: root });
  folder = mkdtempSync(join(tmpdir(), "zeroth-x509-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const run = promisify(execFile);
const succeeds = (...args: readonly string[]): Promise<boolean> =>
  run("openssl", [...args]).then(
    () => true,
    () => false,
  );

const opensslAgrees = ({ leaf, anchors, others = [] }: Chain): Promise<boolean> => {
  const file = (name: string, made: readonly Made[]): string => {
    const path = join(folder, name);
    writeFileSync(path, made.map(({ cert }) => cert).join(""));
    return path;
  };
  const untrusted = others.length > 0 ? ["-untrusted", file("others.pem", others)] : [];
  const how = ["-partial_chain", "-auth_level", "2", "-purpose", "sslclient", "-attime", String(NOW / 1000)];
  return succeeds("verify", ...how, "-CAfile", file("anchors.pem", anchors), ...untrusted, file("leaf.pem", [leaf]));
};

type Case = readonly [what: string, make: () => Promise<Chain>, differs?: string];

const limited = async (extensions: ReturnType<typeof constraints>, leaf: Parameters<typeof makeCertificate>[0]) => {
  const limit = await makeAuthority("CN=limited", { by: root, more: [extensions] });
  return {
    leaf: await makeCertificate({ by: limit, name: "CN=client one", ...leaf }),
    anchors: [root],
    others: [limit],
  };
};

const HOLDS: readonly Case[] = [
  ["issued by an anchor", async () => ({ leaf: await makeCertificate({ by: root }), anchors: [root] })],
  [
    "by way of an intermediate that the client sent",
    async () => ({ leaf: await makeCertificate({ by: middle }), anchors: [root], others: [middle] }),
  ],
  [
    "issued by an intermediate that is an anchor itself",
    async () => ({ leaf: await makeCertificate({ by: middle }), anchors: [middle] }),
  ],
  [
    "without a list of purposes",
    async () => ({ leaf: await makeCertificate({ by: root, purposes: [] }), anchors: [root] }),
  ],
  [
    "for clients and servers",
    async () => ({ leaf: await makeCertificate({ by: root, purposes: [SERVER_AUTH, CLIENT_AUTH] }), anchors: [root] }),
  ],
  [
    "for any purpose",
    async () => ({
      leaf: await makeCertificate({ by: root, purposes: ["2.5.29.37.0"] }),
      anchors: [root],
    }),
    "OpenSSL does not take any purpose for that of clients",
  ],
  [
    "below a path length that just allows it",
    async () => {
      const top = await makeAuthority("CN=top", { pathLength: 1 });
      const below = await makeAuthority("CN=below", { by: top, pathLength: 0 });
      return { leaf: await makeCertificate({ by: below }), anchors: [top], others: [below] };
    },
  ],
  [
    "without key identifiers",
    async () => {
      const bare = await makeAuthority("CN=bare", { bare: true });
      return { leaf: await makeCertificate({ by: bare, bare: true }), anchors: [bare] };
    },
  ],
  [
    "signed with RSA",
    async () => {
      const rsa = await makeAuthority("CN=rsa", { kind: "RSA" });
      return { leaf: await makeCertificate({ by: rsa }), anchors: [rsa] };
    },
  ],
  [
    "signed with RSASSA-PSS",
    async () => {
      const pss = await makeAuthority("CN=pss", { kind: "RSA-PSS" });
      return { leaf: await makeCertificate({ by: pss }), anchors: [pss] };
    },
  ],
  [
    "signed with Ed25519",
    async () => {
      const ed = await makeAuthority("CN=ed", { kind: "Ed25519" });
      return { leaf: await makeCertificate({ by: ed }), anchors: [ed] };
    },
  ],
  [
    "within name constraints",
    () =>
      limited(
        constraints([{ dNSName: "example.com" }, { rfc822Name: "example.com" }], [{ dNSName: "dev.example.com" }]),
        { dns: ["a.example.com", "example.com"], emails: ["a@example.com"] },
      ),
  ],
  [
    "with addresses within name constraints",
    () => limited(constraints([{ iPAddress: "10.0.0.0/8" }]), { ips: ["10.1.2.3"], dns: ["anything.test"] }),
  ],
  [
    "whose other names alone are constrained",
    () =>
      limited(constraints([{ dNSName: "example.com" }]), { emails: ["a@other.test"], uris: ["https://other.test/"] }),
  ],
];

const FAILS: readonly Case[] = [
  [
    "issued by a stranger of the same name",
    async () => ({
      leaf: await makeCertificate({ by: await makeAuthority("CN=root", { bare: true }), bare: true }),
      anchors: [root],
    }),
  ],
  ["signed by itself", async () => ({ leaf: await makeCertificate({ name: "CN=self" }), anchors: [root] })],
  ["without its intermediate", async () => ({ leaf: await makeCertificate({ by: middle }), anchors: [root] })],
  [
    "expired",
    async () => ({ leaf: await makeCertificate({ by: root, notAfter: "2029-12-31T23:59:59Z" }), anchors: [root] }),
  ],
  [
    "not valid yet",
    async () => ({ leaf: await makeCertificate({ by: root, notBefore: "2030-01-01T00:00:01Z" }), anchors: [root] }),
  ],
  [
    "below an expired intermediate",
    async () => {
      const old = await makeAuthority("CN=old", { by: root, notAfter: "2029-01-01T00:00:00Z" });
      return { leaf: await makeCertificate({ by: old }), anchors: [root], others: [old] };
    },
  ],
  [
    "below an expired anchor",
    async () => {
      const old = await makeAuthority("CN=old", { notAfter: "2029-01-01T00:00:00Z" });
      return { leaf: await makeCertificate({ by: old }), anchors: [old] };
    },
  ],
  [
    "for servers alone",
    async () => ({ leaf: await makeCertificate({ by: root, purposes: [SERVER_AUTH] }), anchors: [root] }),
  ],
  [
    "below an intermediate for servers alone",
    async () => {
      const servers = await makeAuthority("CN=servers", { by: root, purposes: [SERVER_AUTH] });
      return { leaf: await makeCertificate({ by: servers }), anchors: [root], others: [servers] };
    },
  ],
  [
    "issued by a client, not an authority",
    async () => {
      const client = await makeCertificate({ name: "CN=client", by: root });
      return { leaf: await makeCertificate({ name: "CN=below", by: client }), anchors: [root], others: [client] };
    },
  ],
  [
    "issued by an authority whose key may not sign certificates",
    async () => {
      const mute = await makeAuthority("CN=mute", { by: root, usages: KeyUsageFlags.cRLSign });
      return { leaf: await makeCertificate({ by: mute }), anchors: [root], others: [mute] };
    },
  ],
  [
    "deeper than a path length allows",
    async () => {
      const top = await makeAuthority("CN=top", { pathLength: 0 });
      const below = await makeAuthority("CN=below", { by: top });
      return { leaf: await makeCertificate({ by: below }), anchors: [top], others: [below] };
    },
  ],
  ["signed over SHA-1", async () => ({ leaf: await makeCertificate({ by: root, hash: "SHA-1" }), anchors: [root] })],
  [
    "below an intermediate signed over SHA-1",
    async () => {
      const weak = await makeAuthority("CN=weak", { by: root, hash: "SHA-1" });
      return { leaf: await makeCertificate({ by: weak }), anchors: [root], others: [weak] };
    },
  ],
  [
    "with an RSA key of 1024 bits",
    async () => ({ leaf: await makeCertificate({ by: root, kind: "RSA-1024" }), anchors: [root] }),
  ],
  [
    "changed after it was signed",
    async () => {
      const leaf = await makeCertificate({ by: root });
      const [der = Buffer.alloc(0)] = pemBlocks(leaf.cert, ["CERTIFICATE"]);
      const changed = Buffer.from(der);
      changed.write("kli", changed.indexOf("client"));
      const cert = `-----BEGIN CERTIFICATE-----\n${changed.toString("base64")}\n-----END CERTIFICATE-----\n`;
      return { leaf: { ...leaf, cert }, anchors: [root] };
    },
  ],
  [
    "outside permitted DNS names",
    () => limited(constraints([{ dNSName: "example.com" }]), { dns: ["a.example.com", "example.org"] }),
  ],
  [
    "inside excluded DNS names",
    () => limited(constraints([], [{ dNSName: "example.com" }]), { dns: ["a.example.com"] }),
  ],
  [
    "with a wildcard above excluded names",
    () => limited(constraints([], [{ dNSName: "a.example.com" }]), { dns: ["*.example.com"] }),
    "OpenSSL compares the wildcard as text",
  ],
  [
    "outside permitted e-mail names",
    () => limited(constraints([{ rfc822Name: "example.com" }]), { emails: ["a@b.example.com"] }),
  ],
  [
    "outside permitted URIs",
    () => limited(constraints([{ uniformResourceIdentifier: ".example.com" }]), { uris: ["spiffe://other.test/x"] }),
  ],
  [
    "with a URI without a host, where URIs are constrained",
    () => limited(constraints([{ uniformResourceIdentifier: ".example.com" }]), { uris: ["urn:a:b"] }),
  ],
  ["outside permitted addresses", () => limited(constraints([{ iPAddress: "10.0.0.0/8" }]), { ips: ["192.0.2.1"] })],
  [
    "with a common name outside permitted DNS names",
    () => limited(constraints([{ dNSName: "example.com" }]), { name: "CN=host.other.test", dns: ["a.example.com"] }),
    "OpenSSL does not look at the common name where there are DNS names",
  ],
  [
    "below constraints of a kind that is not judged",
    () => limited(constraints([{ directoryName: new Name([]) }]), {}),
    "OpenSSL judges directory names",
  ],
];

/** A row that is shorter than the parameters of its test would get a callback for the last one. */
const padded = (cases: readonly Case[]) => cases.map(([what, make, differs]) => [what, make, differs] as const);

describe("a certificate", () => {
  it.each(padded(HOLDS))("%s is one to trust", async (_, make, differs) => {
    const chain = await make();
    expect(lengths(chain).length).toBeGreaterThan(0);
    if (hasOpenssl) expect(await opensslAgrees(chain)).toBe(differs === undefined);
  });

  it.each(padded(FAILS))("%s is not", async (_, make, differs) => {
    const chain = await make();
    expect(lengths(chain)).toEqual([]);
    if (hasOpenssl) expect(await opensslAgrees(chain)).toBe(differs !== undefined);
  });

  it("that is an anchor itself is a path of its own", async () => {
    const leaf = await makeCertificate({ name: "CN=self" });
    expect(lengths({ leaf, anchors: [leaf] })).toEqual([1]);
  });

  it("is valid in the first and in the last second of its time", async () => {
    const leaf = await makeCertificate({
      by: root,
      notBefore: "2030-01-01T00:00:00Z",
      notAfter: "2030-01-01T00:00:00Z",
    });
    expect(lengths({ leaf, anchors: [root] })).toEqual([2]);
  });
});

describe("certificates signed across", () => {
  it("give every path there is", async () => {
    const old = await makeAuthority("CN=old root");
    const crossed = await makeAuthority("CN=root", { by: old, keysOf: root });
    const leaf = await makeCertificate({ by: middle });
    const chain = { leaf, anchors: [root, old], others: [middle, crossed] };
    expect(lengths(chain)).toEqual([3, 4]);
    expect(lengths({ ...chain, anchors: [old] })).toEqual([4]);
  });

  it("in a circle end", async () => {
    const one = await makeAuthority("CN=one");
    const two = await makeAuthority("CN=two");
    const oneByTwo = await makeAuthority("CN=one", { by: two, keysOf: one });
    const twoByOne = await makeAuthority("CN=two", { by: one, keysOf: two });
    const leaf = await makeCertificate({ by: one });
    expect(lengths({ leaf, anchors: [root], others: [oneByTwo, twoByOne, one, two] })).toEqual([]);
  });

  it("by the hundred cost at most a hundred signature checks", async () => {
    const issuer = await makeAuthority("CN=issuer", { bare: true });
    const leaf = await makeCertificate({ by: issuer, bare: true });
    const false_ = await makeAuthority("CN=issuer", { bare: true });
    const again = await Promise.all(
      Array.from({ length: 101 }, () => makeAuthority("CN=issuer", { bare: true, keysOf: false_ })),
    );
    expect(lengths({ leaf, anchors: [...again, issuer] })).toEqual([]);
    expect(lengths({ leaf, anchors: [issuer, ...again] })).toEqual([2]);
  });
});
