import { joined, type Room, typed, types } from "../../../go-template/index.ts";

/** Lists and maps of strings, as Go types them. */

export const MAP_OF_STRINGS = types.mapOf(types.string, types.string);

export const stringList = (items: readonly string[]): readonly string[] => typed([...items], types.strings);

export const joinTexts = (items: readonly string[], separator: string, room: Room): string => {
  room.text(items.reduce((sum, item) => sum + item.length, separator.length * Math.max(0, items.length - 1)));
  return joined(items.join(separator));
};
