import { textOfBytes } from "./bytes.ts";
import { unrunnable } from "./errors.ts";
import { type Flags, formatHex, formatQuoted, formatText, noFlags, pad } from "./format.ts";
import { sortedEntries } from "./sorted.ts";
import * as types from "./types.ts";
import {
  bare,
  type GoMap,
  isList,
  isMap,
  isNil,
  isNilList,
  Pointer,
  type Room,
  Scalar,
  Struct,
  typeName,
  typeOf,
  type Value,
} from "./values.ts";
import { BASES, formatAddress, formatScalar, type Plain } from "./verbs.ts";

/** Values by the verbs of `printf`; `%v` is how a template prints. Source: Go documentation, package fmt. */

/** Deepest lists and maps within each other that are printed. */
const DEEPEST = 64;

/** Go prints where a value is in memory; here all of them are in the same place. */
const ADDRESS = 0xc000010000n;

/** What a `String` method answers. */
const stringerText = (value: Value): string | undefined => {
  if (value instanceof Scalar || value instanceof Struct) return value.text;
  return value instanceof Pointer ? value.to?.text : undefined;
};

export class Printer {
  flags: Flags = noFlags();
  /** Whether a value did not fit its verb. */
  complained = false;
  private readonly room: Room;
  /** Characters so far. */
  private length = 0;
  /** Within a complaint about a verb, `String` methods are left alone. */
  private complaining = false;

  constructor(room: Room) {
    this.room = room;
  }

  /** Text that is part of the result: all of it together is held to the bound. */
  put(text: string): string {
    this.length += text.length;
    this.room.text(this.length);
    return text;
  }

  /** One argument by a verb. */
  argument(value: Value, verb: string): string {
    this.room.step();
    if (value === undefined) {
      const isShown = verb === "T" || verb === "v";
      return isShown ? this.put(pad("<nil>", this.flags, this.room)) : this.complaint(verb, undefined);
    }
    if (verb === "T") return this.put(formatText(typeName(value), this.flags, this.room));
    return verb === "p" ? this.pointer(value, "p") : this.value(value, verb, 0);
  }

  /** `string=x` */
  typed(value: Value): string {
    if (value === undefined) return this.put("<nil>");
    return this.put(`${typeName(value)}=`) + this.value(value, "v", 0);
  }

  /** `%!d(string=x)` */
  private complaint(verb: string, value: Value): string {
    const outer = this.complaining;
    this.complaining = true;
    this.complained = true;
    const text = this.put(`%!${verb}(`) + this.typed(value) + this.put(")");
    this.complaining = outer;
    return text;
  }

  private value(value: Value, verb: string, depth: number): string {
    this.room.step();
    if (depth > DEEPEST) unrunnable(`a value is nested deeper than ${DEEPEST}`);
    const own = this.ownText(value, verb);
    if (own !== undefined) return this.scalar(own, own, verb);
    if (verb === "w" && !(value instanceof Uint8Array && depth === 0)) return this.complaint(verb, value);
    const plain = bare(value);
    if (plain === undefined) return this.put(this.flags.sharpV ? "interface {}(nil)" : "<nil>");
    return typeof plain === "object" ? this.composite(plain, verb, depth) : this.scalar(value, plain, verb);
  }

  /** Of values that say themselves how they print. */
  private ownText(value: Value, verb: string): string | undefined {
    return this.complaining || this.flags.sharpV || !"vsxXq".includes(verb) ? undefined : stringerText(value);
  }

  private scalar(value: Value, plain: Plain, verb: string): string {
    const text = formatScalar(plain, types.isUnsigned(typeOf(value) ?? types.int), verb, this.flags, this.room);
    return text === undefined ? this.complaint(verb, value) : this.put(text);
  }

  private composite(value: Value, verb: string, depth: number): string {
    if (value instanceof Uint8Array) return this.bytes(value, verb, depth);
    if (isList(value)) return this.list(value, verb, depth);
    if (isMap(value)) return this.map(value, verb, depth);
    if (value instanceof Struct) return this.struct(value, verb, depth);
    if (value instanceof Pointer && value.to && depth === 0)
      return this.put("&") + this.value(value.to, verb, depth + 1);
    return this.pointer(value, verb);
  }

  private bytes(value: Uint8Array, verb: string, depth: number): string {
    const { flags, room } = this;
    if (verb === "s") return this.put(formatText(textOfBytes(value), flags, room));
    if (verb === "q") return this.put(formatQuoted(textOfBytes(value), flags, room));
    if (verb === "x" || verb === "X") return this.put(formatHex(value, verb === "X", flags, room));
    const each = [...value].map((byte) => new Scalar(types.uint8, BigInt(byte)));
    return this.items(each, verb, depth, depth === 0 && verb === "v" ? "[]byte" : types.bytes.name);
  }

  private list(value: readonly Value[], verb: string, depth: number): string {
    if (this.flags.sharpV && isNilList(value)) return this.put(`${typeName(value)}(nil)`);
    return this.items(value, verb, depth, typeName(value));
  }

  private items(items: readonly Value[], verb: string, depth: number, name: string): string {
    const { sharpV } = this.flags;
    const parts = [this.put(sharpV ? `${name}{` : "[")];
    for (const [at, item] of items.entries()) {
      if (at > 0) parts.push(this.put(sharpV ? ", " : " "));
      parts.push(this.value(item, verb, depth + 1));
    }
    parts.push(this.put(sharpV ? "}" : "]"));
    return parts.join("");
  }

  private map(value: GoMap, verb: string, depth: number): string {
    const { sharpV } = this.flags;
    if (sharpV && isNilList(value)) return this.put(`${typeName(value)}(nil)`);
    const parts = [this.put(sharpV ? `${typeName(value)}{` : "map[")];
    for (const [at, [key, item]] of sortedEntries(value).entries()) {
      if (at > 0) parts.push(this.put(sharpV ? ", " : " "));
      parts.push(this.value(key, verb, depth + 1), this.put(":"), this.value(item, verb, depth + 1));
    }
    parts.push(this.put(sharpV ? "}" : "]"));
    return parts.join("");
  }

  private struct({ type, fields }: Struct, verb: string, depth: number): string {
    const { sharpV, plusV } = this.flags;
    const parts = [this.put(sharpV ? `${type.name}{` : "{")];
    for (const [at, [name, field]] of [...fields].entries()) {
      if (at > 0) parts.push(this.put(sharpV ? ", " : " "));
      if (sharpV || plusV) parts.push(this.put(`${name}:`));
      parts.push(this.value(field, verb, depth + 1));
    }
    parts.push(this.put("}"));
    return parts.join("");
  }

  /** Where a value is in memory. */
  private pointer(value: Value, verb: string): string {
    const { flags, room } = this;
    if (!["func", "map", "ptr", "slice"].includes(typeOf(value)?.kind ?? "")) return this.complaint(verb, value);
    const none = isNil(value);
    const address = none ? 0n : ADDRESS;
    const shown = (leading: boolean): string => this.put(formatAddress(address, leading, flags, room));
    if (verb === "p") return shown(!flags.sharp);
    if (verb !== "O" && BASES[verb] !== undefined) return this.scalar(address, address, verb);
    if (verb !== "v") return this.complaint(verb, value);
    if (flags.sharpV) return this.put(`(${typeName(value)})(`) + (none ? this.put("nil") : shown(true)) + this.put(")");
    return none ? this.put(pad("<nil>", flags, room)) : shown(!flags.sharp);
  }
}
