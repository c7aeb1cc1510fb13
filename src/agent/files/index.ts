/**
 * Files that the agent writes and reads on a machine it shares with others: written whole, or not at all, with the mode
 * and owner that were asked for; read only where they are plain files of the folder that was configured. It trusts the
 * operator's paths; it must never follow a link out of a folder, and never repeat what a file holds in an error.
 */
export { type FoundCredential, readCredential, removeCredential } from "./credential.ts";
export { FileError } from "./errors.ts";
export { findOwner, type OwnerKind } from "./owners.ts";
export { checkWholeFile, removeLeftOvers, type WholeFile, writeWholeFile } from "./write.ts";
