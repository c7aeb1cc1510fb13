import { ATTRIBUTES, PARTITION_KEY } from "../contract/table.ts";
import type { Keyring } from "../crypto/index.ts";
import { checkAddress } from "./address.ts";
import { headOf, keysOfParts } from "./item.ts";
import { type Guard, type Item, keyText } from "./operation.ts";
import type { MakePatience } from "./patience.ts";
import type { BegunKeys, Found, Sealer } from "./sealer.ts";
import type { Address, Entry } from "./store.ts";
import type { Table } from "./table.ts";
import type { Tears } from "./tears.ts";

/** Reading and taking entries by their addresses. */

const WHOLE: Guard = {
  expression: `attribute_exists(#${PARTITION_KEY}) AND attribute_not_exists(#${ATTRIBUTES.parts})`,
  attributes: [PARTITION_KEY, ATTRIBUTES.parts],
};

/** Longest wait between two reads. Reading does not disturb the writers it lost to, so it need not stay away for long. */
const BETWEEN_READS_MS = 80;

export const createReader = (options: {
  readonly table: Table;
  readonly sealer: Sealer;
  readonly keyring: Keyring;
  readonly patience: MakePatience;
  readonly tears: () => Tears;
}) => {
  const { table, sealer, keyring, patience, tears } = options;

  type Items = ReadonlyMap<string, Item>;

  /** Reads until every spread entry was met whole: a part may be gone because the entry was just rewritten. */
  const openRead = async (addresses: readonly Address[], first: Items, begun: BegunKeys) => {
    const entries = new Map<string, Entry>();
    const open = async (asked: readonly Address[], items: Items): Promise<readonly Found[]> => {
      const found = asked.flatMap((address) => {
        const item = items.get(keyText(address));
        return item === undefined ? [] : [{ address, item }];
      });
      const opened = await sealer.open(found, begun);
      return found.filter(({ address }, index) => {
        const entry = opened[index];
        if (entry !== undefined) entries.set(keyText(address), entry);
        return entry === undefined;
      });
    };
    let torn = await open(addresses, first);
    if (torn.length > 0) {
      const patient = patience("spread entry", BETWEEN_READS_MS);
      const met = tears();
      for (let left = met.worthAnother(torn); left.length > 0; left = met.worthAnother(torn)) {
        await patient.pause("written by others");
        torn = await open(left, await table.read(left));
      }
    }
    return addresses.map((address) => entries.get(keyText(address)));
  };

  const beginRead = (addresses: readonly Address[]) => {
    for (const address of addresses) checkAddress(address);
    return { begun: sealer.begin(addresses.map(({ domain }) => domain)), reading: table.read(addresses) };
  };

  const get = async (addresses: readonly Address[]): Promise<readonly (Entry | undefined)[]> => {
    const { begun, reading } = beginRead(addresses);
    return openRead(addresses, await reading, begun);
  };

  const read = async (addresses: readonly Address[]): Promise<() => Promise<readonly (Entry | undefined)[]>> => {
    const { begun, reading } = beginRead(addresses);
    const items = await reading;
    return () => openRead(addresses, items, begun);
  };

  /** Deletes a spread entry with its parts, if it is still the write that was read. */
  const removeSpread = async (address: Address, n: number): Promise<boolean> => {
    const item = (await table.read([address])).get(keyText(address));
    if (item === undefined || headOf(item).n !== n) return false;
    const guard: Guard = {
      expression: `#${ATTRIBUTES.writeNumber} = :n`,
      attributes: [ATTRIBUTES.writeNumber],
      values: { ":n": { N: String(n) } },
    };
    const parts = keysOfParts(address, headOf(item));
    const lost = await table.apply([
      { op: "delete", key: address, guard },
      ...parts.map((key) => ({ op: "delete" as const, key })),
    ]);
    return lost.length === 0;
  };

  const take = async (address: Address): Promise<Entry | undefined> => {
    checkAddress(address);
    // Before anything is deleted: without the key the entry would be gone and unread.
    await keyring.current(address.domain);
    const patient = patience("contended entry");
    for (;;) {
      const item = await table.remove(address, WHOLE);
      if (item !== undefined) return (await sealer.open([{ address, item }]))[0];
      const [entry] = await get([address]);
      if (entry === undefined) return undefined;
      if (await removeSpread(address, entry.n)) return entry;
      await patient.pause("written by others");
    }
  };

  return { get, read, take };
};
