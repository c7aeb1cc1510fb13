import { generateKeyPair, generateKeyPairSync, randomBytes, sign, verify } from "node:crypto";
import { promisify } from "node:util";
import { type Figure, figure } from "./figures.ts";
import { startOpenBao } from "./openbao.ts";
import type { Bench } from "./operations.ts";
import { benchRequest, NAMED } from "./pki-operations.ts";
import { inTurn } from "./samples.ts";

/**
 * Certificates compared with what they cannot do without: a key and a signature, or the check of a request's signature
 * and another signature. Both are measured in turn, so that whatever else the machine does falls on both. Making an RSA
 * key takes as long as luck has it: its ratio means little in a few samples. OpenBao's figures are over HTTP, ours in
 * process.
 */

const make = promisify(generateKeyPair);
const authority = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
/** As many bytes as the body of a leaf has. */
const BODY = randomBytes(450);
const REQUEST_SIGNATURE = sign("sha256", BODY, authority.privateKey);

const signBody = (): Buffer => sign("sha256", BODY, authority.privateKey);

interface Subject {
  readonly name: string;
  readonly bareName: string;
  readonly path: string;
  readonly body: object;
  readonly bare: () => Promise<unknown>;
  /** How many of the samples: keys of RSA are slow to make. */
  readonly share: number;
}

const csr = benchRequest();
const SUBJECTS: readonly Subject[] = [
  {
    name: "pki issue, P-256",
    bareName: "bare P-256 key and signature",
    path: "pki/issue/ec",
    body: NAMED,
    bare: async () => [await make("ec", { namedCurve: "prime256v1" }), signBody()],
    share: 1,
  },
  {
    name: "pki issue, RSA 2048",
    bareName: "bare RSA 2048 key and signature",
    path: "pki/issue/rsa",
    body: NAMED,
    bare: async () => [await make("rsa", { modulusLength: 2048 }), signBody()],
    share: 0.1,
  },
  {
    name: "pki sign, P-256",
    bareName: "bare check and signature, P-256",
    path: "pki/sign/ec",
    body: { csr, ttl: "1h" },
    bare: async () => [verify("sha256", BODY, authority.publicKey, REQUEST_SIGNATURE), signBody()],
    share: 1,
  },
];

const furnished = async () => {
  const openBao = await startOpenBao();
  if (!openBao) return undefined;
  await openBao.post("sys/mounts/pki", { type: "pki" });
  await openBao.post("pki/root/generate/internal", { common_name: "Root", key_type: "ec", ttl: "8760h" });
  for (const key_type of ["ec", "rsa"]) {
    await openBao.post(`pki/roles/${key_type}`, { allowed_domains: "example.com", allow_subdomains: true, key_type });
  }
  return openBao;
};

export const measureIssuing = async ({ world, token }: Bench, samples: number): Promise<readonly Figure[]> => {
  const openBao = await furnished();
  try {
    const figures: Figure[] = [];
    for (const { name, bareName, path, body, bare, share } of SUBJECTS) {
      const works = [bare, () => world.call("POST", path, { token, body })];
      if (openBao) works.push(() => openBao.post(path, body));
      const [least = Number.NaN, ours = Number.NaN, theirs] = await inTurn(Math.ceil(samples * share), works);
      figures.push(figure(bareName, least, "us"), figure(`${name}, warm`, ours, "us"));
      if (theirs !== undefined) figures.push(figure(`${name}, OpenBao over HTTP`, theirs, "us"));
      figures.push(figure(`${name} / bare`, ours / least, "x"));
    }
    return figures;
  } finally {
    openBao?.stop();
  }
};
