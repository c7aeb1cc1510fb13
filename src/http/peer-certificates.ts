import type { X509Certificate } from "node:crypto";
import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";
import { as, type PeerCertificates } from "../std/brand.ts";

/** More than any chain has; what a client sends beyond it is left out. */
const MOST = 10;

/** The client's certificate, then its issuers as far as the client sent them. */
const chainOf = (leaf: X509Certificate): readonly X509Certificate[] => {
  const chain: X509Certificate[] = [];
  let next: X509Certificate | undefined = leaf;
  while (next && chain.length < MOST && !chain.some(({ fingerprint256 }) => fingerprint256 === next?.fingerprint256)) {
    chain.push(next);
    next = next.issuerCertificate;
  }
  return chain;
};

/** What the client of a connection showed in its handshake; `undefined` without TLS, and for a client that showed none. */
export const peerCertificatesOf = (socket: Socket): PeerCertificates | undefined => {
  const leaf = socket instanceof TLSSocket ? socket.getPeerX509Certificate() : undefined;
  return leaf && as<PeerCertificates>(chainOf(leaf).map(String).join(""));
};
