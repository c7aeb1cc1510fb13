/** Of the library what is used; by a module of ours, because the built agent finds a CommonJS package's names only so. */
export { isAlias, isMap, isScalar, isSeq, parseAllDocuments } from "yaml";
