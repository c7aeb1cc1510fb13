import { createServer, type Server } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import {
  AddressRefused,
  createDial,
  createGuard,
  NEARBY,
  NoConnection,
  PUBLIC,
  type Reach,
  type Resolve,
} from "../../../src/outgoing/index.ts";

let server: Server;
let port = 0;
let connections = 0;
beforeAll(async () => {
  server = createServer((socket) => {
    connections += 1;
    socket.on("error", () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  port = typeof address === "object" && address ? address.port : 0;
});
afterAll(() => {
  server.close();
});

const nobody: Resolve = () => Promise.reject(new Error("nobody should ask"));

const dialled = async (host: string, reach: Reach, resolve: Resolve = nobody, at = port): Promise<string> => {
  try {
    const socket = await createDial(createGuard(reach, resolve))({ host, port: at }, 2000);
    socket.destroy();
    return "connected";
  } catch (cause) {
    return cause instanceof AddressRefused || cause instanceof NoConnection ? cause.name : String(cause);
  }
};

/** All that a name service of some system takes for an IPv4 address. */
const spellings = (a: number, b: number, c: number, d: number): readonly string[] => {
  const whole = ((a * 256 + b) * 256 + c) * 256 + d;
  const radixes = [(n: number) => `${n}`, (n: number) => `0x${n.toString(16)}`, (n: number) => `0${n.toString(8)}`];
  const bases = (numbers: readonly number[]) => radixes.map((write) => numbers.map(write).join("."));
  return [
    ...bases([a, b, c, d]),
    ...bases([a, b, c * 256 + d]),
    ...bases([a, (b * 256 + c) * 256 + d]),
    ...bases([whole]),
    `${a}.0x${b.toString(16)}.0${c.toString(8)}.${d}`,
    `0${a}.${b}.${c}.${d}`,
    `0X${whole.toString(16).toUpperCase()}`,
    `::ffff:${a}.${b}.${c}.${d}`,
    `64:ff9b::${a}.${b}.${c}.${d}`,
    `::${a}.${b}.${c}.${d}`,
    `2002:${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}::`,
    `${a}.${b}.${c}.${d}.`,
  ];
};

const octet = fc.integer({ min: 0, max: 255 });
const refused = fc.oneof(
  fc.tuple(fc.constant(127), octet, octet, octet),
  fc.tuple(fc.constant(169), fc.constant(254), octet, octet),
  fc.tuple(fc.constant(10), octet, octet, octet),
  fc.tuple(fc.constant(192), fc.constant(168), octet, octet),
  fc.tuple(fc.constant(172), fc.integer({ min: 16, max: 31 }), octet, octet),
  fc.tuple(fc.constant(0), octet, octet, octet),
  fc.tuple(fc.integer({ min: 224, max: 255 }), octet, octet, octet),
);

describe("V10 a host that may not be dialled", () => {
  it("is refused in every spelling, without asking anybody and without a connection", async () => {
    const before = connections;
    await fc.assert(
      fc.asyncProperty(refused, async ([a, b, c, d]) => {
        for (const host of spellings(a, b, c, d))
          expect([host, await dialled(host, PUBLIC)]).toEqual([host, "AddressRefused"]);
      }),
      { numRuns: 50 },
    );
    expect(connections).toBe(before);
  });

  it("is refused when a name leads to it, alone or among others", async () => {
    await fc.assert(
      fc.asyncProperty(refused, fc.boolean(), async ([a, b, c, d], first) => {
        const bad = `${a}.${b}.${c}.${d}`;
        const answers = first ? [bad, "93.184.215.14"] : ["93.184.215.14", bad];
        expect(await dialled("db.example.com", PUBLIC, async () => answers)).toBe("AddressRefused");
      }),
      { numRuns: 50 },
    );
  });

  it.each([
    "[::1]",
    "fe80::1%lo",
    "１２７.0.0.1",
    "a b",
    "db\0.example.com",
    "",
    ".",
    "-x",
    "http://db",
    "0x",
    "db.0x7f",
  ])("is refused when it is %p, neither a name nor a plain address", async (host) => {
    expect(await dialled(host, PUBLIC)).toBe("AddressRefused");
  });

  it.each(["127.0.0.1", "169.254.169.254", "169.254.170.2", "::1", "fe80::1", "fd00:ec2::254", "0.0.0.0", "224.0.0.1"])(
    "stays refused when every range is named as reachable: %s",
    async (host) => {
      expect(await dialled(host, { loopback: false, ranges: ["0.0.0.0/0", "::/0"] })).toBe("AddressRefused");
    },
  );
});

describe("V10 a name that changes its answer between check and connection", () => {
  it("is looked up once, and the connection goes to the address that was checked", async () => {
    const answers = [["127.0.0.1"], ["169.254.169.254"]];
    let asked = 0;
    const resolve: Resolve = async () => answers[asked++] ?? [];

    expect(await dialled("rebinding.example.com", NEARBY, resolve)).toBe("connected");
    expect(asked).toBe(1);
  });

  it("is refused when the first answer is the bad one", async () => {
    const answers = [["127.0.0.1"], ["93.184.215.14"]];
    let asked = 0;
    const before = connections;

    expect(await dialled("rebinding.example.com", PUBLIC, async () => answers[asked++] ?? [])).toBe("AddressRefused");
    expect([asked, connections]).toEqual([1, before]);
  });
});

describe("what may be dialled", () => {
  it("is loopback where the reach says so", async () => {
    expect(await dialled("127.0.0.1", NEARBY)).toBe("connected");
  });

  it.each([
    ["10.1.2.3", ["10.1.0.0/16"], true],
    ["10.2.2.3", ["10.1.0.0/16"], false],
    ["fd12::1", ["fd12::/16"], true],
    ["::ffff:10.1.2.3", ["10.1.0.0/16"], true],
    ["10.1.2.3", [], false],
    ["93.184.215.14", [], true],
  ])("%s with the ranges %j: %p", (host, ranges, allowed) => {
    const { check } = createGuard({ loopback: false, ranges });
    const said = (): string => {
      try {
        check(host);
        return "allowed";
      } catch (cause) {
        return cause instanceof AddressRefused ? "refused" : "broken";
      }
    };

    expect(said()).toBe(allowed ? "allowed" : "refused");
  });

  it("a closed port, a silent name and an unknown name are told alike", async () => {
    const closed = await dialled("127.0.0.1", NEARBY, nobody, 1);
    const unknown = await dialled("nowhere.invalid", NEARBY, () =>
      Promise.reject(Object.assign(new Error(), { code: "ENOTFOUND" })),
    );

    expect([closed, unknown]).toEqual(["NoConnection", "NoConnection"]);
    expect(new NoConnection("a").message).toBe(new NoConnection("b").message);
  });

  it("a name service that never answers ends at the deadline", async () => {
    const dial = createDial(createGuard(PUBLIC, () => new Promise(() => undefined)));

    await expect(dial({ host: "slow.example.com", port: 1 }, 20)).rejects.toMatchObject({ reason: "timed out" });
  });
});
