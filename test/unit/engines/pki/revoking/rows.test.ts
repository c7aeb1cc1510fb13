import { expect, test } from "@jest/globals";
import { CERTIFICATES, type StoredCertificate } from "../../../../../src/engines/pki/model.ts";
import { certificateWrite, rowListings } from "../../../../../src/engines/pki/revoking/rows.ts";
import { ConditionFailed } from "../../../../../src/storage/store.ts";
import { createMemoryView } from "../../../../support/memory-view.ts";

/** The rows of certificates. */

const row = (serial: string): StoredCertificate => ({ serial, certificate: "AA==", issuerId: "i", notAfter: 1 });

test("a certificate's row holds what it was given, and no member that is absent", async () => {
  const view = createMemoryView();
  await view.write([certificateWrite(view, { ...row("01:02"), metadata: undefined })]);
  const { items } = await view.items(CERTIFICATES);
  expect(items.map(({ body }) => body)).toEqual([row("01:02")]);
});

test("a number that is taken is not given to another certificate", async () => {
  const view = createMemoryView();
  await view.write([certificateWrite(view, row("01:02"))]);
  await expect(view.write([certificateWrite(view, { ...row("01:02"), certificate: "BB==" })])).rejects.toThrow(
    ConditionFailed,
  );
});

test("a mount's removal finds the rows of certificates and of revocations", async () => {
  const view = createMemoryView();
  await view.write(rowListings(view));
  expect(await view.list("", "listing")).toEqual(["certs", "revoked", "unlisted"]);
});
