/** Go's types, as far as templates see them: in `%T`, in `%#v`, and in the texts of errors. */

export type Kind =
  | "bool"
  | "int"
  | "int8"
  | "int16"
  | "int32"
  | "int64"
  | "uint"
  | "uint8"
  | "uint16"
  | "uint32"
  | "uint64"
  | "float64"
  | "string"
  | "slice"
  | "map"
  | "struct"
  | "ptr"
  | "func"
  | "interface";

export interface Type {
  /** As Go writes it: `[]string`, `*dependency.Secret`. Two types are the same if their names are. */
  readonly name: string;
  readonly kind: Kind;
  /** Of the items of a list or a map, or what a pointer points to. */
  readonly element?: Type;
  /** Of a map's keys. */
  readonly key?: Type;
  /** Of a struct, in Go's order. */
  readonly fields?: ReadonlyMap<string, Type>;
}

const basic = (kind: Kind): Type => ({ name: kind, kind });

export const bool = basic("bool");
export const int = basic("int");
export const int64 = basic("int64");
export const uint8 = basic("uint8");
export const uint64 = basic("uint64");
export const float64 = basic("float64");
export const string = basic("string");
/** Takes and holds any value. */
export const any: Type = { name: "interface {}", kind: "interface" };
/** What Go's own functions take: any value, and the absence of one. */
export const reflectValue: Type = { name: "reflect.Value", kind: "struct" };

/** A type with a name of its own, such as `json.Number`, which is a string. */
export const named = (name: string, kind: Kind): Type => ({ name, kind });
export const listOf = (element: Type, name = `[]${element.name}`): Type => ({ name, kind: "slice", element });
export const mapOf = (key: Type, element: Type, name = `map[${key.name}]${element.name}`): Type => ({
  name,
  kind: "map",
  key,
  element,
});
export const pointerTo = (element: Type): Type => ({ name: `*${element.name}`, kind: "ptr", element });
/** `structOf("dependency.SecretAuth", { ClientToken: string, ... })` */
export const structOf = (name: string, fields: Readonly<Record<string, Type>>): Type => ({
  name,
  kind: "struct",
  fields: new Map(Object.entries(fields)),
});

export const bytes = listOf(uint8);
export const list = listOf(any);
export const strings = listOf(string);
export const map = mapOf(string, any);
export const duration = named("time.Duration", "int64");
export const jsonNumber = named("json.Number", "string");

export const isSigned = ({ kind }: Type): boolean => kind.startsWith("int") && kind !== "interface";
export const isUnsigned = ({ kind }: Type): boolean => kind.startsWith("uint");

/** Whether a value of this type may be given where that one is wanted. */
export const isAssignable = (from: Type, to: Type): boolean =>
  to.kind === "interface" || to === reflectValue || from.name === to.name;

/** Whether `nil` is a value of this type. */
export const takesNil = (type: Type): boolean =>
  ["slice", "map", "ptr", "func", "interface"].includes(type.kind) || type === reflectValue;
