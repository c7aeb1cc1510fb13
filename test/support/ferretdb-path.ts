/** Where `scripts/ferretdb.ts` puts the program, from the root of the repository. */
export const FERRETDB = ".zeroth/ferretdb/ferretdb";
