import {
  ANY,
  func0,
  func1,
  func2,
  func3,
  INT,
  type Param,
  parseTemplate,
  type Room,
  STRING,
  type TemplateFunction,
  typed,
  unrunnable,
  type Value,
  variadic,
} from "../../../go-template/index.ts";
import { compile } from "../go/regex.ts";
import { joinTexts } from "../go/text-lists.ts";
import type { Libraries } from "../libraries.ts";
import type { Network, Sources } from "../sources.ts";
import { calculate, fullText } from "./address.ts";
import { filtered, sorted, testsOf } from "./filters.ts";
import { allOf, asIfAddr, attribute, IF_ADDRS, IfAddr } from "./interfaces.ts";

/**
 * `sockaddr "GetPrivateInterfaces | attr \"address\""`: a language of its own, for this machine's addresses. It is Go's
 * templates with other functions; the dot is every address of every interface.
 */

type Functions = Readonly<Record<string, TemplateFunction>>;

const BOUNDS = { source: 10_000, text: 1_000_000, output: 1_000_000, steps: 1_000_000, depth: 50 };

const listValue = (list: readonly IfAddr[]): readonly Value[] => typed([...list], IF_ADDRS);

const ADDRESSES: Param<readonly IfAddr[]> = {
  type: IF_ADDRS,
  as: (value) => (Array.isArray(value) ? value.map(asIfAddr) : []),
};

const attr = (name: string, value: Value): string => {
  if (value instanceof IfAddr) return attribute(value, name);
  if (!Array.isArray(value)) return unrunnable("unable to obtain an attribute from this");
  return value.length === 0 ? "" : attribute(asIfAddr(value[0]), name);
};

const unique = (by: string, list: readonly IfAddr[]): readonly IfAddr[] => {
  const key = by.toLowerCase();
  if (key !== "address" && key !== "name") return unrunnable("unsupported unique constraint");
  const textOf = ({ address, device }: IfAddr): string => (key === "name" ? device.name : fullText(address));
  return list.filter((one, at) => {
    const before = list[at - 1];
    return before === undefined || textOf(before) !== textOf(one);
  });
};

const offset = (by: number, list: readonly IfAddr[]): readonly IfAddr[] => {
  if (Math.abs(by) > list.length) return unrunnable("unable to seek past the end of the interfaces");
  return by < 0 ? list.slice(list.length + by) : list.slice(by);
};

const limit = (most: bigint, list: readonly IfAddr[]): readonly IfAddr[] =>
  most < 0n ? unrunnable("limit: a number of at least 0 is needed") : list.slice(0, Number(most));

/** The functions of the language, over one look at the interfaces. */
const functionsFor = (network: Network, libraries: Libraries): Functions => {
  const { defaultInterface } = network;
  const all = (): readonly IfAddr[] => allOf(network);
  const matching = (room: Room) => (source: string) => {
    const expression = compile(libraries, source);
    return (text: string): boolean => expression.matches(text, 1, room).length > 0;
  };
  const filter = (selector: string, text: string, list: readonly IfAddr[], wanted: boolean, room: Room) =>
    filtered(list, testsOf(selector, text, matching(room)), selector.toLowerCase() === "type", wanted);
  const select = (wanted: boolean): TemplateFunction =>
    func3(STRING, STRING, ADDRESSES, (selector, text, list, room) =>
      listValue(filter(selector, text, list, wanted, room)),
    );

  const reachable = (room: Room): readonly IfAddr[] =>
    sorted(
      filter("flags", "up", filter("flags", "forwardable", all(), true, room), true, room),
      "default,type,size",
      defaultInterface,
    );
  const ofRfc = (isPrivate: boolean, list: readonly IfAddr[], room: Room) =>
    filter("rfc", "6890", list, isPrivate, room);
  const bySize = (list: readonly IfAddr[]) => sorted(list, "type,size", defaultInterface);
  const texts = (list: readonly IfAddr[]): string => list.map((one) => attribute(one, "address")).join(" ");
  const firstText = (list: readonly IfAddr[]): string => texts(list.slice(0, 1));
  const forwardable = (list: readonly IfAddr[], room: Room) => filter("flags", "forwardable", list, true, room);

  return {
    GetAllInterfaces: func0(() => listValue(all())),
    GetDefaultInterfaces: func0(() =>
      defaultInterface === undefined
        ? unrunnable("no default interface found")
        : listValue(all().filter(({ device }) => device.name === defaultInterface)),
    ),
    GetPrivateInterfaces: func0((room) => listValue(ofRfc(true, reachable(room), room))),
    GetPublicInterfaces: func0((room) => listValue(ofRfc(false, reachable(room), room))),
    GetPrivateIP: func0((room) => firstText(ofRfc(true, reachable(room), room))),
    GetPrivateIPs: func0((room) => texts(forwardable(ofRfc(true, bySize(all()), room), room))),
    GetPublicIP: func0((room) => firstText(ofRfc(false, reachable(room), room))),
    GetPublicIPs: func0((room) => texts(ofRfc(false, bySize(all()), room))),
    GetInterfaceIP: func1(STRING, (name, room) =>
      firstText(bySize(forwardable(filter("name", name, all(), true, room), room))),
    ),
    GetInterfaceIPs: func1(STRING, (name, room) => texts(bySize(filter("name", name, all(), true, room)))),
    attr: func2(STRING, ANY, attr),
    exclude: select(false),
    include: select(true),
    join: func3(STRING, STRING, ADDRESSES, (name, separator, list, room) =>
      joinTexts(
        list.map((one) => attribute(one, name)),
        separator,
        room,
      ),
    ),
    limit: func2(INT, ADDRESSES, (most, list) => listValue(limit(most, list))),
    math: func3(STRING, STRING, ADDRESSES, (operation, value, list) =>
      listValue(list.map((one) => new IfAddr(calculate(operation, value, one.address), one.device))),
    ),
    offset: func2(INT, ADDRESSES, (by, list) => listValue(offset(Number(by), list))),
    sort: func2(STRING, ADDRESSES, (clauses, list) => listValue(sorted(list, clauses, defaultInterface))),
    unique: func2(STRING, ADDRESSES, (by, list) => listValue(unique(by, list))),
  };
};

/** A text with `{{ GetPrivateIP }}` and its like in it, as listeners' addresses have. Throws the template's error. */
export const fillAddress = (text: string, network: Network, libraries: Libraries): string =>
  parseTemplate(text, { functions: functionsFor(network, libraries), bounds: BOUNDS, missing: "error" }).render(
    listValue(allOf(network)),
  );

const evaluate = (source: string, network: Network, libraries: Libraries): string => {
  try {
    return fillAddress(`{{ ${source} }}`, network, libraries);
  } catch (error) {
    // The engine quotes the source, which may come from a secret; what a function says holds nothing of it.
    const [, said = "it cannot be evaluated"] =
      /error calling \w+: ([^:]*)$/.exec(error instanceof Error ? error.message : "") ?? [];
    return unrunnable(`sockaddr: ${said}`);
  }
};

export const sockaddrFunctions = (sources: Sources, libraries: Libraries): Functions => ({
  sockaddr: variadic([], STRING, (_, args) => evaluate(args.join(" "), sources.network(), libraries)),
});
