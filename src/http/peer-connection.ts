import type { Socket } from "node:net";
import type { PeerCertificates } from "../std/brand.ts";
import { VerbConnection } from "../std/verb-connection.ts";
import { peerCertificatesOf } from "./peer-certificates.ts";

/** A connection that knows what its client showed in TLS. */
export class PeerConnection extends VerbConnection {
  /** Of the handshake, which was over before this began, and is the only one a connection has. */
  readonly peerCertificates: PeerCertificates | undefined;

  constructor(socket: Socket) {
    super(socket);
    this.peerCertificates = peerCertificatesOf(socket);
  }
}
