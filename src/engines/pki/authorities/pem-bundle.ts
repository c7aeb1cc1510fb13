import { invalidRequest } from "../../../framework/index.ts";

/** Texts of several PEM blocks, whatever stands between them: what operators import. Source: RFC 7468. */

export interface PemBlock {
  readonly label: string;
  /** Whether it has header lines, as encrypted keys of old have. */
  readonly headers: boolean;
  readonly der: Buffer;
}

/** Each block is one write of a transaction, of which there may be a hundred. */
const MOST_BLOCKS = 90;

const TOO_SHORT =
  "provided data for import was too short; perhaps a path was passed to the API rather than the contents of a PEM file";

const BLOCK =
  /-----BEGIN ([A-Z0-9 ]{1,40})-----[ \t\r]*\n((?:[A-Za-z][\w-]*:[^\n]*\n)*)([A-Za-z0-9+/=\s]*)-----END \1-----/g;

/** The blocks of a text, in order. `least`: characters below which it cannot hold one. Throws with the reference's texts. */
export const pemBlocksOf = (text: string, least: number): readonly PemBlock[] => {
  if (text.length < least) throw invalidRequest(TOO_SHORT);
  const blocks: PemBlock[] = [];
  let end = 0;
  for (const match of text.matchAll(BLOCK)) {
    if (blocks.length >= MOST_BLOCKS) {
      throw invalidRequest(`a bundle may hold at most ${MOST_BLOCKS} certificates and keys; send several`);
    }
    const [whole, label = "", headers = "", body = ""] = match;
    blocks.push({ label, headers: headers !== "", der: Buffer.from(body.replace(/\s+/g, ""), "base64") });
    end = match.index + whole.length;
  }
  if (text.slice(end).trim() === "") return blocks;
  throw invalidRequest(`error when parsing block ${blocks.length + 1}: invalid PEM data`);
};
