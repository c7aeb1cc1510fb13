import {
  ANY,
  BOOL,
  dataOf,
  duration,
  FLOAT,
  func0,
  func1,
  func2,
  INT,
  int64,
  jsonNumber,
  LIST,
  MAP,
  type Methods,
  Pointer,
  paramOf,
  pointerTo,
  Scalar,
  STRING,
  STRINGS,
  Struct,
  type TemplateFunction,
  textOfBytes,
  typed,
  types,
  uint64,
  unrunnable,
  type Value,
  variadic,
  wellFormed,
} from "../../../../src/go-template/index.ts";
import { sprint } from "../../../../src/go-template/printf.ts";

/** The values and functions of test/vectors/go-template/data.go. */

const AUTH = types.structOf("main.auth", { ClientToken: types.string, Policies: types.strings });
const SECRET = types.structOf("main.secret", {
  RequestID: types.string,
  LeaseDuration: types.int,
  Renewable: types.bool,
  Data: types.map,
  Any: types.any,
  Auth: types.pointerTo(AUTH),
  Warnings: types.strings,
});
const COUNTER = types.structOf("main.counter", {});
const plus = func2(INT, INT, (a, b) => a + b);

const counter = (): Pointer => {
  const values = new Map<string, Value>();
  const methods: Methods = {
    Set: func2(STRING, ANY, (key, value) => {
      values.set(key, value);
      return "";
    }),
    Get: func1(STRING, (key) => values.get(key)),
    Self: func0(() => self),
    Sum: variadic([INT], INT, ([first = 0n], more) => more.reduce((sum, one) => sum + one, first)),
  };
  const self = pointerTo(new Struct(COUNTER, {}, methods));
  return self;
};

const jsonData = {
  name: "app",
  empty: "",
  html: `<a href="x">'&'</a>`,
  unicode: "héllo wörld ✓ 😀",
  lines: "one\ntwo\tthree",
  one: 1,
  zero: 0,
  whole: 7,
  minus: -42,
  float: 3.14,
  million: 1500000.5,
  small: 1e-6,
  third: 1 / 3,
  bool: true,
  no: false,
  nothing: null,
  list: ["a", "b", "c"],
  numbers: [1, 2, 3],
  none: [],
  mixed: [1, "a", null, true, 2.5],
  lists: [["x"], ["y", "z"]],
  various: ["x", null, ["deep"], { k: "v" }],
  nested: { a: { b: "deep" }, many: { x: 3, y: 2, z: 1 } },
  holes: { nil: null, list: [1, null] },
  users: [{ name: "ann", admin: true }, { name: "bob" }],
};

export const data = (): Value =>
  new Map<string, Value>([
    ...Object.entries(jsonData).map(([key, value]): [string, Value] => [key, dataOf(value)]),
    ["big", 1e30],
    ["binary", textOfBytes(Buffer.from("61ff62c3", "hex"))],
    ["number", jsonNumber("8200")],
    ["large", 9007199254740993n],
    ["int64", int64(64n)],
    ["uint8", new Scalar(types.uint8, 200n)],
    ["uint64", uint64(18446744073709551615n)],
    ["wait", duration(90_000_000_000n)],
    ["strings", typed(["x", "y"], types.strings)],
    ["bytes", Buffer.from("6869ff", "hex")],
    ["texts", typed(new Map([["k", "v"]]), types.mapOf(types.string, types.string))],
    [
      "ints",
      typed(
        new Map([
          [2n, "two"],
          [1n, "one"],
        ]),
        types.mapOf(types.int, types.string),
      ),
    ],
    ["keys", typed(new Map([["k", "v"]]), types.mapOf(types.any, types.any))],
    [
      "secret",
      pointerTo(
        new Struct(SECRET, {
          RequestID: "id-1",
          LeaseDuration: 60n,
          Renewable: true,
          Data: new Map<string, Value>([
            ["user", "u"],
            ["port", jsonNumber("5432")],
          ]),
        }),
      ),
    ],
    [
      "login",
      pointerTo(
        new Struct(SECRET, {
          Auth: pointerTo(new Struct(AUTH, { ClientToken: "s.token", Policies: typed(["default"], types.strings) })),
          Any: "any",
        }),
      ),
    ],
    ["struct", new Struct(AUTH, { ClientToken: "t" })],
    ["nilptr", new Pointer(types.pointerTo(AUTH))],
    ["add", plus],
  ]);

const tokenOf = (auth: Value): Value =>
  auth instanceof Pointer && auth.to ? auth.to.fields.get("ClientToken") : "none";

export const functions: Readonly<Record<string, TemplateFunction>> = {
  upper: func1(STRING, (text) => wellFormed(text).toUpperCase()),
  join: func2(STRING, STRINGS, (separator, items) => items.join(separator)),
  plus,
  half: func1(FLOAT, (a) => a / 2),
  unsign: func1(paramOf(types.named("uint", "uint")), (a) => a),
  invert: func1(BOOL, (a) => !a),
  same: func1(ANY, (a) => a),
  count: variadic([], ANY, (_, args) => BigInt(args.length)),
  pairs: variadic([STRING], INT, ([first], rest, room) => sprint([first, typed(rest, types.listOf(types.int))], room)),
  size: func1(MAP, (map) => BigInt(map.size)),
  items: func1(LIST, (list) => BigInt(list.length)),
  nought: func0(() => undefined),
  token: func1(paramOf(types.pointerTo(AUTH)), tokenOf),
  broken: func0(() => unrunnable("it is broken")),
  counter: func0(counter),
};
