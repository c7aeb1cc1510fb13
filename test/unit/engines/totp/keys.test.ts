import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import jsqr from "jsqr";
import { PNG } from "pngjs";
import { makeServer, type TestServer } from "../../../support/make-server.ts";
import { KEY, mountTotp, type Totp } from "./support.ts";

let server: TestServer;
let totp: Totp;
beforeAll(async () => {
  server = await makeServer();
  totp = await mountTotp(server);
});
afterAll(() => server.dynamo.close());

const made = (more: Readonly<Record<string, unknown>> = {}) =>
  totp.post("totp/keys/made", { generate: true, issuer: "Golden", account_name: "bob", ...more });

describe("a key made here", () => {
  it("is shown once, as an address and as a picture of it", async () => {
    const { data } = await made({ algorithm: "SHA256" });
    const url = String(data["url"]);
    const { data: pixels, width, height } = PNG.sync.read(Buffer.from(String(data["barcode"]), "base64"));

    expect(url).toMatch(
      /^otpauth:\/\/totp\/Golden:bob\?algorithm=SHA256&digits=6&issuer=Golden&period=30&secret=[A-Z2-7]{32}$/,
    );
    expect([width, height]).toEqual([200, 200]);
    expect(jsqr(new Uint8ClampedArray(pixels), width, height)?.data).toBe(url);
    expect((await totp.get("totp/keys/made")).data).toEqual({
      account_name: "bob",
      algorithm: "SHA256",
      digits: 6,
      issuer: "Golden",
      period: 30,
    });
  });

  it("is taken over by another mount from its address, and both tell the same code", async () => {
    const { data } = await made({
      qr_size: 0,
      algorithm: "SHA512",
      digits: 8,
      period: "1m",
      issuer: "A&B +",
      account_name: "b:c?",
    });
    await totp.post("totp/keys/copy", { url: data["url"] });

    expect((await totp.get("totp/keys/copy")).data).toMatchObject({ digits: 8, period: 60, issuer: "A&B +" });
    expect((await totp.get("totp/code/copy")).data).toEqual((await totp.get("totp/code/made")).data);
  });

  it("is never the same twice", async () => {
    const urls = await Promise.all([made({ qr_size: 0 }), made({ qr_size: 0 })]);
    expect(new Set(urls.map(({ data }) => data["url"])).size).toBe(2);
  });

  it("is not stored when its picture cannot be drawn", async () => {
    await totp.post("totp/keys/stays", { key: KEY, issuer: "first" });
    const refusals = [];
    for (const more of [
      { qr_size: 20 },
      { issuer: "x".repeat(2000), key_size: 512 },
      { qr_size: 2049 },
      { key_size: 513 },
    ]) {
      const answer = await totp.post("totp/keys/stays", { generate: true, issuer: "i", account_name: "a", ...more });
      refusals.push([answer.status, answer.body["errors"]]);
    }

    expect(refusals).toEqual([
      [
        400,
        [
          expect.stringMatching(
            /^failed to generate QR code image: can not scale barcode to an image smaller than (\d+)x\1$/,
          ),
        ],
      ],
      [400, ["failed to generate QR code image: the issuer, the account_name and the key are too long for it"]],
      [400, ["the qr_size value must not be greater than 2048"]],
      [400, ["the key_size value must not be greater than 512"]],
    ]);
    expect((await totp.get("totp/keys/stays")).data).toMatchObject({ issuer: "first" });
  });
});

describe("a provider's key", () => {
  const URLS: readonly (readonly [url: string, shown: Readonly<Record<string, unknown>> | string])[] = [
    [`otpauth://totp/A:b?secret=${KEY}&issuer=C`, { issuer: "C", account_name: "b" }],
    [`otpauth://totp/A:b:c?secret=${KEY}&issuer=`, { issuer: "A", account_name: "b:c" }],
    [`http://host/x/A:b?secret=${KEY}`, { issuer: "x/A", account_name: "b" }],
    [`OTPAUTH://TOTP/A%20B:b%3Ac?secret=${KEY}&secret=AAAA#secret`, { issuer: "A B", account_name: "b:c" }],
    [`otpauth://totp/b?secret=${KEY}&issuer=a+b&period=60&digits=8`, { issuer: "a b", period: 60, digits: 8 }],
    [`otpauth://totp?secret=${KEY}`, { issuer: "body", account_name: "" }],
    [`otpauth:b?secret=${KEY}`, { issuer: "body", account_name: "" }],
    [`b?secret=${KEY}`, { issuer: "body", account_name: "b" }],
    [`otpauth://totp/b?secret=${KEY}&issuer=x%zz&x;y=1&algorithm=SHA512`, { issuer: "body", algorithm: "SHA512" }],
    [`otpauth://totp/b?secret=%zz`, "the key value is required"],
    ["otpauth://totp/b", "the key value is required"],
    [KEY, "the key value is required"],
    ["://x", "an error occurred while parsing url string"],
    ["a:b/c", "the key value is required"],
    ["1:b/c", "an error occurred while parsing url string"],
    [`otpauth://totp/%zz?secret=${KEY}`, "an error occurred while parsing url string"],
    [`otpauth://totp/b\n?secret=${KEY}`, "an error occurred while parsing url string"],
    [`otpauth://totp/b?secret=${KEY}&period=x`, "an error occurred while parsing period value in url"],
    [`otpauth://totp/b?secret=${KEY}&period=1e3`, "an error occurred while parsing period value in url"],
    [
      `otpauth://totp/b?secret=${KEY}&period=99999999999999999999`,
      "an error occurred while parsing period value in url",
    ],
    [`otpauth://totp/b?secret=${KEY}&digits=x`, "an error occurred while parsing digits value in url"],
    [`otpauth://totp/b?secret=${KEY}&digits=7`, "the digits value can only be 6 or 8"],
    [`otpauth://totp/b?secret=${KEY}&period=-1`, "the period value must be greater than zero"],
    [`otpauth://totp/b?secret=${KEY}&algorithm=sha1`, "the algorithm value is not valid"],
    ["otpauth://totp/b?secret=!", "invalid key value: illegal base32 data at input byte 0"],
  ];

  it.each(URLS)("comes as %j", async (url, wanted) => {
    const { status, body } = await totp.post("totp/keys/url", { url, issuer: "body", account_name: "carol" });
    if (typeof wanted === "string") {
      expect([status, body["errors"]]).toEqual([400, [wanted]]);
    } else {
      expect(status).toBe(204);
      expect((await totp.get("totp/keys/url")).data).toMatchObject(wanted);
    }
  });
});

describe("a listing", () => {
  it("goes on after a name, as far as is asked", async () => {
    await totp.post("sys/mounts/listed", { type: "totp" });
    for (const name of ["b", "a", "c@d", "B"]) await totp.post(`listed/keys/${name}`, { key: KEY });
    const listed = async (query: string) => {
      const { status, data, body } = await server.call("LIST", `listed/keys${query}`);
      return status === 200 ? data["keys"] : [status, body["errors"]];
    };

    expect(await listed("")).toEqual(["B", "a", "b", "c@d"]);
    expect(await listed("?after=a")).toEqual(["b", "c@d"]);
    expect(await listed("?after=aa&limit=1")).toEqual(["b"]);
    expect(await listed("?limit=-1")).toEqual(["B", "a", "b", "c@d"]);
    expect(await listed("?after=x")).toEqual([404, []]);
  });
});
