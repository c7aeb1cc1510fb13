/** The session's worker; see `../protocol.ts`. */
export {};
