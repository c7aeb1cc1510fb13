import { as, type MountId } from "../../src/std/brand.ts";
import { createMemoryView } from "../support/memory-view.ts";
import { createTestStore } from "../support/storage.ts";
import { viewContract } from "./view.ts";

const store = createTestStore();

/** A mount of its own for each test: one table serves them all. */
let made = 0;
const fresh = (mount: MountId): MountId => {
  made += 1;
  return as<MountId>(`${mount}-${made}`);
};

viewContract("over the embedded table", async (mount) => (await store).store.view(fresh(mount)));
viewContract("in memory", async (mount) => createMemoryView(fresh(mount)));
