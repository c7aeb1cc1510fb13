import { z } from "zod";
import { publicKeyOf } from "../../audit/signing-key.ts";
import type { AuditDevice } from "../../audit/types.ts";
import { ensureAuditSecrets } from "../../core/config/audit-secrets.ts";
import { changeInTurn } from "../../core/config/turn.ts";
import type { Snapshot } from "../../core/config/types.ts";
import type { Core } from "../../core/core.ts";
import { toSealed } from "../../core/sealed.ts";
import { field, folded, invalidRequest, op, path, VaultError } from "../../framework/index.ts";
import { shown } from "../../std/shown.ts";
import { trimSlashes } from "../../std/slashes.ts";

/**
 * `sys/audit`: which devices record besides the built-in one; `sys/audit-hash`: how a value looks in a device's log;
 * and `sys/audit-key`: the public key that the log's checkpoints are signed with.
 */

const Device = z.object({
  path: z.string(),
  type: z.string(),
  description: z.string(),
  options: z.record(z.string(), z.string()),
  local: z.boolean(),
});
const PublicKey = z.object({ id: z.string(), algorithm: z.string(), public_key: z.string(), created: z.string() });

const device = "path of the device";
const asPath = (text: string): string => `${trimSlashes(text)}/`;

const answerOf = ({ path: where, type, description, options, local }: AuditDevice) => ({
  path: where,
  type,
  description,
  options,
  local,
});

export const auditPaths = (core: Core) => {
  const devices = async () => (await core.config.snapshot()).auditDevices;

  const enable = async (where: string, given: Omit<AuditDevice, "path" | "salt">): Promise<void> => {
    const decide = async ({ auditDevices }: Snapshot) => {
      const isTaken = auditDevices.some((one) => one.path.startsWith(where) || where.startsWith(one.path));
      if (isTaken) throw invalidRequest("path already in use");
      if (given.type !== "file") throw invalidRequest(`unknown backend type: ${shown(given.type)}`);
      await core.audit.check(given);
      const salt = Buffer.from(core.random.bytes(32)).toString("base64");
      return [await core.config.row("audit", where, toSealed({ ...given, path: where, salt }), "absent")];
    };
    await changeInTurn(core, "audit", decide, "the audit devices are busy");
  };

  return [
    path("audit", {
      summary: "the audit devices",
      dataInFront: true,
      params: {},
      ops: {
        read: op({
          summary: "list the audit devices",
          answers: z.record(z.string(), Device),
          access: "sudo",
          handle: async () => ({ data: Object.fromEntries((await devices()).map((one) => [one.path, answerOf(one)])) }),
        }),
      },
    }),
    path("audit/{path+}", {
      summary: "an audit device",
      dataInFront: true,
      params: { path: folded("mount", device) },
      ops: {
        update: op({
          summary: "enable an audit device",
          answers: "nothing",
          access: "sudo",
          input: z.object({
            type: field.text("type of the device: file"),
            description: field.text("what it is for"),
            options: field.keyValues("file_path, log_raw, hmac_accessor, elide_list_responses, mode, format"),
            local: field.flag("accepted for Vault's clients; has no effect"),
          }),
          handle: async ({ params, input }) => {
            const { type = "", description = "", options = {}, local = false } = input;
            await enable(asPath(params.path), { type, description, options, local });
            return undefined;
          },
        }),
        delete: op({
          summary: "disable an audit device",
          answers: "nothing",
          access: "sudo",
          handle: async ({ params }) => {
            const where = asPath(params.path);
            if ((await devices()).some((one) => one.path === where)) {
              await core.config.putRow("audit", where, undefined);
            }
            return undefined;
          },
        }),
      },
    }),
    path("audit-hash/{path+}", {
      summary: "the hash of a value in a device's log",
      dataInFront: true,
      params: { path: device },
      ops: {
        update: op({
          summary: "hash a value as an audit device does",
          answers: z.object({ hash: z.string() }),
          input: z.object({ input: field.text("the value") }),
          handle: async ({ params, input }) => {
            if (!input.input) throw invalidRequest('the "input" parameter is empty');
            const where = asPath(params.path);
            const found = (await devices()).find((one) => one.path === where);
            if (!found) throw invalidRequest(`unknown audit backend ${shown(where)}`);
            return { data: { hash: core.audit.hash(found, input.input) } };
          },
        }),
      },
    }),
    path("audit-key", {
      summary: "the public key of the audit log's checkpoints",
      params: {},
      ops: {
        read: op({
          summary: "read the key that `zeroth audit verify` needs",
          answers: PublicKey,
          handle: async () => {
            const key = publicKeyOf(await ensureAuditSecrets(core));
            if (!key) throw new VaultError("internal", { reason: "the table has no audit key" });
            return { data: { id: key.id, algorithm: "ed25519", public_key: key.pem, created: key.created } };
          },
        }),
      },
    }),
  ];
};
