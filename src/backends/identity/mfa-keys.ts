import { z } from "zod";
import type { Core } from "../../core/core.ts";
import { mfaIn } from "../../core/mfa/configured.ts";
import type { MfaSecrets } from "../../core/mfa/secrets.ts";
import type { MfaMethod } from "../../core/mfa/types.ts";
import { callerOf } from "../../core/request/context.ts";
import { field, invalidRequest, op, path } from "../../framework/index.ts";
import { barcode } from "../../otp/index.ts";
import { cut } from "../../std/shown.ts";

/**
 * `identity/mfa/method/totp/*generate` and `admin-destroy`: the keys of entities. A caller makes one for itself; making
 * and taking away those of others are paths of their own, for the few who may.
 */

const Enrolled = z.object({
  url: z.string().describe("otpauth address of the key, shown this once"),
  barcode: z.string().describe("the same as a QR code: PNG in base64; empty without a size"),
});
const methodId = field.text("id of the method");
const entityId = field.text("id of the entity");

export const mfaKeyPaths = (core: Core, secrets: MfaSecrets) => {
  const methodOf = async (id: string): Promise<MfaMethod> => {
    if (id === "") throw invalidRequest("missing method ID");
    const method = mfaIn(await core.config.snapshot()).methods.get(id);
    if (!method) throw invalidRequest(`configuration for method ID "${cut(id)}" does not exist`);
    return method;
  };

  const enrol = async (id: string, entity: string) => {
    const method = await methodOf(id);
    if (entity === "") throw invalidRequest("missing entityID");
    const url = await secrets.generate(entity, method);
    if (url === undefined) {
      return { data: null, warnings: [`Entity already has a secret for MFA method "${method.name}"`] };
    }
    return { data: { url, barcode: method.qrSize === 0 ? "" : await barcode(url, method.qrSize) } };
  };

  return [
    path("mfa/method/totp/generate", {
      summary: "the caller's own key",
      params: {},
      ops: {
        update: op({
          summary: "make a key for the caller's entity, if it has none",
          answers: [Enrolled, "nothing"],
          input: z.object({ method_id: methodId }),
          handle: ({ input }, cx) => enrol(input.method_id ?? "", callerOf(cx).entity?.id ?? ""),
        }),
      },
    }),
    path("mfa/method/totp/admin-generate", {
      summary: "the key of any entity",
      params: {},
      ops: {
        update: op({
          summary: "make a key for an entity, if it has none",
          answers: [Enrolled, "nothing"],
          input: z.object({ method_id: methodId, entity_id: entityId }),
          handle: ({ input }) => enrol(input.method_id ?? "", input.entity_id ?? ""),
        }),
      },
    }),
    path("mfa/method/totp/admin-destroy", {
      summary: "the key of any entity, taken away",
      params: {},
      ops: {
        update: op({
          summary: "take an entity's key away, so that a new one can be made",
          answers: "nothing",
          input: z.object({ method_id: methodId, entity_id: entityId }),
          handle: async ({ input }): Promise<undefined> => {
            const method = await methodOf(input.method_id ?? "");
            const entity = input.entity_id ?? "";
            if (entity === "") throw invalidRequest("missing entity ID");
            await secrets.destroy(entity, method);
          },
        }),
      },
    }),
  ];
};
