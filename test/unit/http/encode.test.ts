import { describe, expect, it } from "@jest/globals";
import type { Answer, AuthBlock } from "../../../src/core/request/answer.ts";
import { type ErrorCode, VaultError } from "../../../src/framework/index.ts";
import { encodeAnswer, encodeError } from "../../../src/http/index.ts";
import { type Accessor, as, type LeaseId } from "../../../src/std/brand.ts";
import { JsonNumber } from "../../../src/std/json.ts";
import { Sensitive } from "../../../src/std/sensitive.ts";
import { seconds } from "../../../src/std/time.ts";
import { answer } from "./fixtures.ts";

const ID = "6c1f0f8e-5a0e-4c7c-9d54-2b0f5e8f7a11";

const sent = (over: Partial<Answer>) => {
  const { status, body } = encodeAnswer(answer(over));
  return { status, text: Buffer.from(body).toString() };
};
const bodyOf = (over: Partial<Answer>) => JSON.parse(sent(over).text);

const auth: AuthBlock = {
  clientToken: new Sensitive("hvs.x"),
  accessor: as<Accessor>("acc"),
  policies: ["app", "default"],
  tokenPolicies: ["app", "default"],
  identityPolicies: [],
  metadata: null,
  leaseDuration: seconds(60),
  renewable: true,
  entityId: "",
  tokenType: "service",
  orphan: true,
  numUses: 0,
};

describe("an answer outside the envelope", () => {
  it("brings its own headers, over those of every response", () => {
    const headers = { "cache-control": "max-age=60", "www-authenticate": "Basic" };
    const { status, headers: set } = encodeAnswer(answer({ reply: { bare: { a: 1 }, status: 401, headers } }));
    expect([status, set["cache-control"], set["www-authenticate"], set["content-type"]]).toEqual([
      401,
      "max-age=60",
      "Basic",
      "application/json",
    ]);
    const raw = { contentType: "text/plain", body: new Uint8Array() };
    expect(encodeAnswer(answer({ reply: { raw, headers: { "cache-control": "max-age=1" } } })).headers).toMatchObject({
      "cache-control": "max-age=1",
      "content-type": "text/plain",
    });
  });
  it("keeps its headers where it has no body", () => {
    const reply = { bare: {}, status: 204, headers: { "replay-nonce": "n", link: '<https://a/>;rel="index"' } };
    const { status, headers, body } = encodeAnswer(answer({ reply }));
    expect([status, headers["replay-nonce"], headers["link"], body.length]).toEqual([
      204,
      "n",
      '<https://a/>;rel="index"',
      0,
    ]);
  });
  it("may have another status for HEAD", () => {
    const reply = { bare: {}, status: 204, headStatus: 200 };
    expect(encodeAnswer(answer({ verb: "header", reply })).status).toBe(200);
    expect(encodeAnswer(answer({ verb: "read", reply })).status).toBe(204);
  });
  it("may be a problem document at a place of its own", () => {
    const reply = {
      bare: { type: "about:blank" },
      status: 400,
      headers: { "content-type": "application/problem+json", location: "https://a/b", "retry-after": "3" },
      failure: "about:blank",
    };
    expect(encodeAnswer(answer({ reply })).headers).toMatchObject(reply.headers);
  });
  it("is not to be stored unless it says so", () =>
    expect(encodeAnswer(answer({ reply: { bare: {} } })).headers["cache-control"]).toBe("no-store"));
});

describe("the envelope", () => {
  it("is what Vault prints, key by key, with a line feed behind it", () =>
    expect(sent({ reply: { data: { zip: "zap" } } }).text).toBe(
      `{"request_id":"${ID}","lease_id":"","renewable":false,"lease_duration":0,"data":{"zip":"zap"},"wrap_info":null,"warnings":null,"auth":null,"mount_type":"kv"}\n`,
    ));
  it("keeps digits", () => expect(sent({ reply: { data: { n: new JsonNumber("1.0") } } }).text).toContain('"n":1.0'));
  it("shows a lease", () =>
    expect(
      bodyOf({
        reply: { data: {} },
        lease: { id: as<LeaseId>("db/creds/x/1"), renewable: true, duration: seconds(7) },
      }),
    ).toMatchObject({ lease_id: "db/creds/x/1", renewable: true, lease_duration: 7 }));
  it("shows a duration without a lease", () =>
    expect(bodyOf({ reply: { data: {}, leaseDuration: seconds(2764800) } })).toMatchObject({
      lease_id: "",
      lease_duration: 2764800,
    }));
  it("shows a login, without empty policy lists", () =>
    expect(sent({ verb: "update", reply: {}, auth, mountType: "" }).text).toContain(
      '"data":null,"wrap_info":null,"warnings":null,"auth":{"client_token":"hvs.x","accessor":"acc","policies":["app","default"],"token_policies":["app","default"],"metadata":null,"lease_duration":60,"renewable":true,"entity_id":"","token_type":"service","orphan":true,"mfa_requirement":null,"num_uses":0},"mount_type":""}',
    ));
  it("shows warnings", () => expect(bodyOf({ reply: { data: {} }, warnings: ["w"] }).warnings).toEqual(["w"]));
  it("hides a secret that a handler left wrapped", () =>
    expect(sent({ reply: { data: { s: new Sensitive("x1") } } }).text).toContain("[redacted]"));
});

describe("a wrapped answer", () => {
  const wrapped = {
    reply: { data: null, status: 404 },
    warnings: ["inner"],
    wrapInfo: {
      token: new Sensitive("hvs.w"),
      accessor: as<Accessor>("a"),
      ttl: seconds(300),
      creationTime: Date.UTC(2030, 0, 2, 3, 4, 5, 678),
      creationPath: "kv/data/app",
    },
  };
  it("has no request id and nothing but wrap_info", () =>
    expect(sent(wrapped).text).toBe(
      '{"request_id":"","lease_id":"","renewable":false,"lease_duration":0,"data":null,"wrap_info":{"token":"hvs.w","accessor":"a","ttl":300,"creation_time":"2030-01-02T03:04:05.678000000Z","creation_path":"kv/data/app"},"warnings":null,"auth":null,"mount_type":""}\n',
    ));
  it("is a 200 whatever is inside", () => expect(sent(wrapped).status).toBe(200));
  it("names the accessor inside where there is one", () =>
    expect(
      bodyOf({ ...wrapped, wrapInfo: { ...wrapped.wrapInfo, wrappedAccessor: as<Accessor>("in") } }).wrap_info,
    ).toMatchObject({
      wrapped_accessor: "in",
    }));
});

describe("the status", () => {
  const none = { errors: [] };
  it.each(["read", "list"] as const)("of a %s without a reply is 404", (verb) =>
    expect([sent({ verb }).status, bodyOf({ verb })]).toEqual([404, none]),
  );
  it.each(["update", "patch", "delete"] as const)("of a %s without a reply is 204, without a body", (verb) =>
    expect(sent({ verb })).toEqual({ status: 204, text: "" }),
  );
  it("of a list without keys is 404", () => {
    const lists = [{ keys: [] }, {}, null].map((data) => sent({ verb: "list", reply: { data } }).status);
    expect(lists).toEqual([404, 404, 404]);
  });
  it("of a list with other data is 200", () =>
    expect(sent({ verb: "list", reply: { data: { key_info: {} } } }).status).toBe(200));
  it("of a list with warnings alone is 200", () =>
    expect(sent({ verb: "list", reply: {}, warnings: ["w"] }).status).toBe(200));
  it("of a write with warnings alone is 200", () =>
    expect(sent({ verb: "update", reply: {}, warnings: ["w"] }).status).toBe(200));
  it("may be the reply's own, with the envelope", () => {
    const deleted = { reply: { status: 404, data: { data: null } } };
    expect([sent(deleted).status, bodyOf(deleted).data]).toEqual([404, { data: null }]);
  });
  it("is the whole answer if the reply has nothing else", () =>
    expect(sent({ verb: "update", reply: { status: 202 } })).toEqual({ status: 202, text: "" }));
  it("of a status with a warning comes with the envelope", () =>
    expect(sent({ verb: "update", reply: { status: 202, warnings: ["w"] }, warnings: ["w"] }).text).toContain(
      '"warnings":["w"]',
    ));
  it("is the whole answer even if a field of the request was ignored", () =>
    expect(sent({ verb: "update", reply: { status: 202 }, warnings: ["ignored"] }).text).toBe(""));
});

describe("a reply without the envelope", () => {
  it("goes out as it is", () =>
    expect(sent({ reply: { bare: { initialized: true }, status: 299 } })).toEqual({
      status: 299,
      text: '{"initialized":true}\n',
    }));
  it("has no body under 204", () => expect(sent({ reply: { bare: { a: 1 }, status: 204 } }).text).toBe(""));
  it("of bytes keeps them and its type", () => {
    const raw = { contentType: "application/pkix-cert", body: Buffer.from([1, 0xff]) };
    const response = encodeAnswer(answer({ reply: { raw } }));
    expect([response.headers["content-type"], [...response.body]]).toEqual(["application/pkix-cert", [1, 255]]);
  });
});

describe("data in front of the envelope", () => {
  it("is there too if the path says so", () =>
    expect(bodyOf({ dataInFront: true, reply: { data: { "kv/": 1, keys: ["x"] } } })).toMatchObject({
      "kv/": 1,
      data: { "kv/": 1 },
    }));
  it("is nowhere else", () => expect(bodyOf({ reply: { data: { "kv/": 1 } } })).not.toHaveProperty(["kv/"]));
  it("never hides a member of the envelope", () =>
    expect(bodyOf({ dataInFront: true, reply: { data: { auth: ["root"], data: ["root"] } } })).toMatchObject({
      auth: null,
      data: { auth: ["root"] },
    }));
});

describe("an error", () => {
  const failed = (error: unknown) => {
    const { status, body, headers } = encodeError(error, ID);
    return { status, headers, text: Buffer.from(body).toString() };
  };
  const statuses: Readonly<Record<ErrorCode, number>> = {
    invalid_request: 400,
    invalid_credentials: 400,
    cas_mismatch: 400,
    wrapping_token_invalid: 400,
    permission_denied: 403,
    not_found: 404,
    unsupported_path: 404,
    unsupported_operation: 405,
    precondition_failed: 412,
    payload_too_large: 413,
    unsupported_media_type: 415,
    rate_limited: 429,
    internal: 500,
    upstream_failed: 502,
    storage_unavailable: 503,
  };
  it.each(Object.entries(statuses) as [ErrorCode, number][])("%s is %d", (code, status) =>
    expect(failed(new VaultError(code)).status).toBe(status),
  );
  it("without a text has an empty list", () =>
    expect(failed(new VaultError("not_found")).text).toBe('{"errors":[]}\n'));
  it("prints as a multi-error where asked", () =>
    expect(
      JSON.parse(failed(new VaultError("permission_denied", { wire: "permission denied", multi: true })).text),
    ).toEqual({
      errors: ["1 error occurred:\n\t* permission denied\n\n"],
    }));
  it("may carry data", () =>
    expect(failed(new VaultError("invalid_request", { wire: "w", data: { a: 1 } })).text).toBe(
      '{"errors":["w"],"data":{"a":1}}\n',
    ));
  it("says when to come back", () =>
    expect(failed(new VaultError("storage_unavailable", { retryAfter: 2 })).headers["retry-after"]).toBe("2"));
  it("never shows the reason", () =>
    expect(
      failed(new VaultError("permission_denied", { wire: "permission denied", reason: "policy x" })).text,
    ).not.toContain("policy x"));
  it.each([new Error("secret"), "secret", undefined, { wire: "secret" }])(
    "nobody expected (%p) shows an id and no text",
    (error) => expect(failed(error).text).toBe(`{"errors":["internal error"],"request_id":"${ID}"}\n`),
  );
});
