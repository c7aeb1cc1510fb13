import type { Acl, Policy } from "../../policy/index.ts";
import type { EntityView } from "../identity/types.ts";

export interface Policies {
  /** Text and parsed form; names are folded by the caller through `normalize`. Built-ins included. */
  get(name: string): Promise<Policy | undefined>;
  /** Those of the names that exist, in their order. */
  getAll(names: readonly string[]): Promise<readonly Policy[]>;
  list(): Promise<readonly string[]>;
  put(name: string, text: string): Promise<void>;
  remove(name: string): Promise<void>;
  /** The ACL of a set of policies for an identity; cached per epoch. Unknown names grant nothing. */
  acl(names: readonly string[], identity: EntityView | undefined): Promise<Acl>;
}
