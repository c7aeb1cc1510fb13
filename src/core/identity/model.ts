import { DOMAINS } from "../../storage/keys.ts";

/** Entities, aliases and groups as stored in the table, and what a request sees of them. Pure. */

/** A group's definition; its members are stored with the entities. `null`: never given, which a read shows. */
export interface Group {
  readonly id: string;
  readonly name: string;
  readonly type: "internal" | "external";
  readonly policies: readonly string[] | null;
  readonly metadata: Readonly<Record<string, string>> | null;
  readonly memberGroupIds: readonly string[];
  /** Whether members were ever set. */
  readonly membersGiven: boolean;
  /** Memberships of this generation count; a new one replaces all members at once. */
  readonly generation: string;
  readonly creationTime: string;
  readonly lastUpdateTime: string;
  readonly modifyIndex: number;
  readonly alias?: GroupAlias;
}

export interface GroupAlias {
  readonly id: string;
  readonly name: string;
  readonly mountAccessor: string;
  readonly creationTime: string;
  readonly lastUpdateTime: string;
}

export const IDENTITY_DOMAIN = DOMAINS.identity;

export interface Alias {
  readonly id: string;
  readonly name: string;
  readonly mountAccessor: string;
  /** From the latest login. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly customMetadata: Readonly<Record<string, string>>;
  /** RFC 3339. */
  readonly creationTime: string;
  readonly lastUpdateTime: string;
  readonly mergedFromCanonicalIds: readonly string[];
  readonly local: boolean;
}

/** A direct membership. It counts while the group's generation is this one. */
export interface Membership {
  readonly group: string;
  readonly generation: string;
}

export interface Entity {
  readonly id: string;
  readonly name: string;
  readonly metadata: Readonly<Record<string, string>> | null;
  readonly policies: readonly string[];
  readonly disabled: boolean;
  readonly aliases: readonly Alias[];
  readonly memberships: readonly Membership[];
  readonly mergedEntityIds: readonly string[];
  /** Ids of the keys of its second factors, by the methods' `key`. */
  readonly mfaSecrets?: Readonly<Record<string, string>>;
  readonly creationTime: string;
  readonly lastUpdateTime: string;
  /** Set while its rows are being removed: it counts as gone. */
  readonly removing?: boolean;
}

/** What remains of an entity that was merged: its tokens live on as the survivor's. */
export interface Merged {
  readonly mergedInto: string;
}
