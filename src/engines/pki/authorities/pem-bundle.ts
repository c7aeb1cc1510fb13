import { invalidRequest } from "../../../framework/index.ts";
import { type PemBlock, wholeBlocks } from "../../../x509/index.ts";

/** What operators import: texts of several PEM blocks, with any text between them. */

/** Each block is one write of a transaction, of which there may be a hundred. */
const MOST_BLOCKS = 90;

const TOO_SHORT =
  "provided data for import was too short; perhaps a path was passed to the API rather than the contents of a PEM file";

/** The blocks of a text, in order. `least`: characters below which it cannot hold one. Throws with the reference's texts. */
export const pemBlocksOf = (text: string, least: number): readonly PemBlock[] => {
  if (text.length < least) throw invalidRequest(TOO_SHORT);
  const blocks: PemBlock[] = [];
  let end = 0;
  for (const block of wholeBlocks(text)) {
    if (blocks.length >= MOST_BLOCKS) {
      throw invalidRequest(`a bundle may hold at most ${MOST_BLOCKS} certificates and keys; send several`);
    }
    blocks.push(block);
    end = block.end;
  }
  if (text.slice(end).trim() === "") return blocks;
  throw invalidRequest(`error when parsing block ${blocks.length + 1}: invalid PEM data`);
};
