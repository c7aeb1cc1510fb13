import { id_ce_keyUsage } from "@peculiar/asn1-x509";
import { type BackendContext, invalidRequest } from "../../../framework/index.ts";
import type { Write } from "../../../storage/store.ts";
import type { Certificate } from "../../../x509/index.ts";
import { type IssuersIndex, issuerAddress, NO_URLS, type StoredIssuer, USAGES } from "../model.ts";
import { serialOf } from "../revoking/serials.ts";
import { certificatePem } from "./key-formats.ts";
import { keyWrite, type Material, newId, publicKeyDigest } from "./key-material.ts";

/**
 * A change of the index in the making: issuers and keys are added to it one after the other, and what is written in the
 * end is one transaction. A certificate or a key that is there already is found, not added again.
 */

/** The index is read by every request that uses an issuer, so it has to stay small. */
const MOST = 250;

export interface Draft {
  /** As it is so far. */
  index(): IssuersIndex;
  /** Adds a key, unless it is there: then it keeps its name. */
  key(material: Material, name: string): { readonly id: string; readonly existed: boolean };
  /** Adds an issuer, unless it is there: then it keeps its name. `keyId`: `""` where the mount lacks its key. */
  issuer(
    certificate: Certificate,
    name: string,
    revocationSignature?: string,
  ): { readonly id: string; readonly keyId: string; readonly existed: boolean };
  writes(): readonly Write[];
}

const room = (kept: readonly unknown[], what: string): void => {
  if (kept.length >= MOST) throw invalidRequest(`a mount holds at most ${MOST} ${what}; use several mounts`);
};

/** Whether the key usage allows lists; where a certificate has none, the reference takes it as a no. */
export const maySignLists = ({ extensions, signsLists }: Certificate): boolean =>
  extensions.has(id_ce_keyUsage) && signsLists;

const storedIssuer = (id: string, certificate: Certificate, revocationSignature: string): StoredIssuer => ({
  id,
  certificate: `${certificatePem(certificate.der)}\n`,
  manualChain: [],
  usage: USAGES.filter((usage) => usage !== "crl-signing" || maySignLists(certificate)),
  outlives: "err",
  revocationSignature,
  urls: NO_URLS,
  revoked: 0,
});

export const createDraft = (before: IssuersIndex, cx: BackendContext): Draft => {
  let index = before;
  const writes: Write[] = [];

  const addKey = (material: Material, name: string, publicKey: string): string => {
    room(index.keys, "keys");
    const id = newId(cx);
    writes.push(keyWrite(cx, id, material));
    // An issuer that waited for this key can be the default now.
    const waiting = index.issuers.find((issuer) => issuer.publicKey === publicKey);
    index = {
      ...index,
      keys: [...index.keys, { id, name, publicKey }],
      defaultKey: index.defaultKey === "" ? id : index.defaultKey,
      default: index.default === "" && waiting ? waiting.id : index.default,
    };
    return id;
  };

  const keyOf = (publicKey: string): string => index.keys.find((key) => key.publicKey === publicKey)?.id ?? "";

  const addIssuer = (
    certificate: Certificate,
    name: string,
    publicKey: string,
    revocationSignature: string,
  ): string => {
    room(index.issuers, "issuers");
    const id = newId(cx);
    const body = storedIssuer(id, certificate, revocationSignature);
    writes.push({ op: "put", address: issuerAddress(cx.storage, id), body, when: "absent" });
    const { fingerprint } = certificate;
    index = {
      ...index,
      issuers: [...index.issuers, { id, name, publicKey, fingerprint, serial: serialOf(certificate) }],
      default: index.default === "" && keyOf(publicKey) !== "" ? id : index.default,
    };
    return id;
  };

  return {
    index: () => index,
    key: (material, name) => {
      const publicKey = publicKeyDigest(material.key);
      const existing = keyOf(publicKey);
      if (existing !== "") return { id: existing, existed: true };
      return { id: addKey(material, name, publicKey), existed: false };
    },
    issuer: (certificate, name, revocationSignature = "") => {
      const publicKey = publicKeyDigest(certificate.x509.publicKey);
      const existing = index.issuers.find(({ fingerprint }) => fingerprint === certificate.fingerprint);
      const id = existing?.id ?? addIssuer(certificate, name, publicKey, revocationSignature);
      return { id, keyId: keyOf(publicKey), existed: existing !== undefined };
    },
    writes: () => writes,
  };
};

/** Makes an issuer the default. */
export const withDefault = (index: IssuersIndex, id: string): IssuersIndex => ({ ...index, default: id });
