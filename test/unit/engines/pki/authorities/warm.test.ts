import { describe, expect, it } from "@jest/globals";
import { createPkiMount, ROOT } from "./support/mount.ts";

/** What a request costs that uses an issuer. */

const CSR_PATH = "intermediate/generate/internal";

describe("a request that uses an issuer", () => {
  it("reads the index and nothing more once the process knows the issuers and the key", async () => {
    const mount = createPkiMount();
    const other = createPkiMount();
    await mount.data("root/generate/internal", ROOT);
    const { csr } = await other.data(CSR_PATH, { common_name: "Below", key_type: "ec" });
    await mount.data("root/sign-intermediate", { csr: String(csr) });
    const before = mount.view.calls.length;

    await mount.data("root/sign-intermediate", { csr: String(csr) });

    expect(mount.view.calls.slice(before)).toEqual([
      { kind: "get", members: 1 },
      { kind: "write", members: 1 },
    ]);
  });

  it("finds out what another process changed with its next reading of the index", async () => {
    const mount = createPkiMount();
    const { issuer_id: id } = await mount.data("root/generate/internal", ROOT);
    await mount.request("read", "issuer/default");

    await mount.another().data(`issuer/${String(id)}`, { issuer_name: "renamed", usage: "read-only" });

    const { data } = await mount.request("read", "issuer/renamed");
    expect(data.usage).toBe("read-only");
    expect(await mount.refusal("root/sign-intermediate", { csr: "x" })).toContain(
      "requested usage issuing-certificates for issuer",
    );
  });

  it("says that an issuer is gone when another process deleted it", async () => {
    const mount = createPkiMount();
    const { issuer_id: id } = await mount.data("root/generate/internal", ROOT);
    await mount.request("read", "issuer/default");

    await mount.another().request("delete", `issuer/${String(id)}`);

    await expect(mount.request("read", `issuer/${String(id)}`)).rejects.toThrow("unable to find PKI issuer");
  });
});
