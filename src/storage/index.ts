export { createStore, type SealedStore, type StoreEvent, type StoreOptions } from "./barrier.ts";
export * from "./keys.ts";
export * from "./store.ts";
export { defineTable } from "./table-definition.ts";
