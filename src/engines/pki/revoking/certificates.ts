import { z } from "zod";
import { foundKeys } from "../../../framework/answers.ts";
import { type AnyPath, type BackendContext, Keys, op, PageInput, path, VaultError } from "../../../framework/index.ts";
import { defined } from "../../../std/defined.ts";
import { shortRfc3339 } from "../../../std/time.ts";
import type { Entry } from "../../../storage/store.ts";
import { CONTENT_TYPES, certificatePem } from "../authorities/key-formats.ts";
import { CERTIFICATES, certificateAddress, REVOKED, revocationAddress, StoredCertificate } from "../model.ts";
import { Details, detailsOf } from "./details.ts";
import { readAll } from "./lists/revocations.ts";
import { findCertificate, findRevocation } from "./rows.ts";
import { isSerialText, serialGiven } from "./serials.ts";

/**
 * Certificates as they are read and listed. A page of a listing costs its own entries and nothing for those before it.
 * The keys of the table hold tags and not numbers, so pages come in the order of tags; a whole listing is sorted.
 */

const SERIAL = { serial: "Serial number, with colons or hyphens." };

/** The reference has no other paths here. */
const serialIn = (given: string): string => {
  if (!isSerialText(given)) throw new VaultError("unsupported_path", { wire: "unsupported path" });
  return serialGiven(given);
};

const derOf = ({ certificate }: StoredCertificate): Buffer => Buffer.from(certificate, "base64");

const CertificateShown = z.object({
  certificate: z.string().describe("PEM"),
  revocation_time: z.number().describe("epoch seconds; 0: not revoked"),
  revocation_time_rfc3339: z.string(),
  issuer_id: z.string().optional().describe("of revoked certificates"),
});

const shown = async (serial: string, cx: BackendContext) => {
  const row = await findCertificate(cx, serial);
  if (!row) return undefined;
  const { revoked = 0, issuerId = "" } = (await findRevocation(cx, serial)) ?? {};
  return {
    data: defined({
      certificate: certificatePem(derOf(row)),
      revocation_time: Math.floor(revoked / 1000),
      revocation_time_rfc3339: revoked === 0 ? "" : shortRfc3339(revoked),
      issuer_id: issuerId === "" ? undefined : issuerId,
    }),
  };
};

const certificatePath = path("cert/{serial:any}", {
  summary: "a certificate, and whether it is revoked",
  params: SERIAL,
  ops: {
    read: op({
      summary: "read a certificate",
      access: "unauthenticated",
      answers: CertificateShown,
      prefetch: ({ params }, storage) => {
        const serial = serialGiven(params.serial);
        return [certificateAddress(storage, serial), revocationAddress(storage, serial)];
      },
      handle: ({ params }, cx) => shown(serialIn(params.serial), cx),
    }),
  },
});

const rawPath = (
  template: "cert/{serial:any}/raw" | "cert/{serial:any}/raw/pem",
  contentType: string,
  bytes: (row: StoredCertificate) => Uint8Array,
): AnyPath =>
  path(template, {
    summary: `a certificate as ${contentType}`,
    params: SERIAL,
    ops: {
      read: op({
        summary: "read a certificate; 204 where there is none",
        access: "unauthenticated",
        answers: { raw: contentType },
        prefetch: ({ params }, storage) => [certificateAddress(storage, serialGiven(params.serial))],
        handle: async ({ params }, cx) => {
          const row = await findCertificate(cx, serialIn(params.serial));
          if (!row) return { raw: { contentType, body: new Uint8Array() }, status: 204 };
          return { raw: { contentType, body: bytes(row) } };
        },
      }),
    },
  });

const metadataPath = path("cert-metadata/{serial:any}", {
  summary: "what was noted about a certificate when it was issued",
  params: SERIAL,
  ops: {
    read: op({
      summary: "read what was noted",
      answers: z.object({
        serial_number: z.string(),
        issuer_id: z.string(),
        role: z.string(),
        expiration: z.string(),
        cert_metadata: z.string().describe("base64"),
      }),
      prefetch: ({ params }, storage) => [certificateAddress(storage, serialGiven(params.serial))],
      handle: async ({ params }, cx) => {
        const row = await findCertificate(cx, serialIn(params.serial));
        if (row?.metadata === undefined) return undefined;
        const { serial, issuerId, role = "", notAfter, metadata } = row;
        return {
          data: {
            serial_number: serial,
            issuer_id: issuerId,
            role,
            expiration: shortRfc3339(notAfter * 1000),
            cert_metadata: metadata,
          },
        };
      },
    }),
  },
});

type Page = z.output<typeof PageInput>;

const Numbered = z.object({ serial: z.string() });
type Numbered = z.output<typeof Numbered>;

const bySerial = (one: Numbered, other: Numbered): number => (one.serial < other.serial ? -1 : 1);

/** One page in the order of tags, everything behind a number in that order, or everything sorted. */
const rowsOf = async <T extends Numbered>(
  record: string,
  input: Page,
  cx: BackendContext,
  read: (body: unknown) => T,
): Promise<readonly T[]> => {
  const { storage } = cx;
  const { after = "", limit = 0 } = input;
  const rows: T[] = [];
  const take = ({ body }: Entry): void => {
    rows.push(read(body));
  };
  if (limit <= 0 && after === "") {
    await readAll(storage, record, take);
    return rows.sort(bySerial);
  }
  let from: string | undefined = after === "" ? undefined : storage.tag(serialGiven(after));
  do {
    const page = await storage.items(record, { after: from, limit: limit > 0 ? limit : undefined });
    page.items.forEach(take);
    from = limit > 0 ? undefined : page.next;
  } while (from !== undefined);
  return rows;
};

const listPath = (template: string, all: string, record: string): AnyPath =>
  path(template, {
    summary: all,
    params: {},
    ops: {
      list: op({
        summary: "list serial numbers",
        input: PageInput,
        answers: Keys,
        handle: async ({ input }, cx) =>
          foundKeys((await rowsOf(record, input, cx, Numbered.parse)).map(({ serial }) => serial)),
      }),
    },
  });

const detailedPath = path("certs/detailed", {
  summary: "the certificates of this mount, with what they say",
  params: {},
  ops: {
    list: op({
      summary: "list serial numbers, each with what its certificate says",
      input: PageInput,
      answers: Keys.extend({ key_info: z.record(z.string(), Details) }),
      handle: async ({ input }, cx) => {
        const rows = await rowsOf(CERTIFICATES, input, cx, StoredCertificate.parse);
        if (rows.length === 0) return undefined;
        const key_info = Object.fromEntries(rows.map((row) => [row.serial, detailsOf(derOf(row))]));
        return { data: { keys: rows.map(({ serial }) => serial), key_info } };
      },
    }),
  },
});

export const certificatePaths: readonly AnyPath[] = [
  certificatePath,
  rawPath("cert/{serial:any}/raw", CONTENT_TYPES.der, derOf),
  rawPath("cert/{serial:any}/raw/pem", CONTENT_TYPES.pem, (row) => Buffer.from(certificatePem(derOf(row)))),
  metadataPath,
  listPath("certs", "the certificates of this mount", CERTIFICATES),
  listPath("certs/revoked", "the revoked certificates of this mount", REVOKED),
  detailedPath,
];
