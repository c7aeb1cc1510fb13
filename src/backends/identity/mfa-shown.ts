import { z } from "zod";
import type { Enforcement, MfaMethod } from "../../core/mfa/types.ts";

/** Methods and enforcements of login MFA as a read shows them. */

const NAMESPACE = { namespace_id: "root", namespace_path: "" } as const;
const namespace = { namespace_id: z.string(), namespace_path: z.string() };
const texts = z.array(z.string());

export const MethodShown = z.object({
  id: z.string(),
  name: z.string(),
  type: z.string(),
  issuer: z.string(),
  period: z.number().describe("seconds"),
  digits: z.number(),
  skew: z.number(),
  algorithm: z.string(),
  key_size: z.number().describe("bytes"),
  qr_size: z.number().describe("pixels; 0: no picture"),
  max_validation_attempts: z.number(),
  ...namespace,
});

export const methodData = (method: MfaMethod) => ({
  id: method.id,
  name: method.name,
  type: method.type,
  issuer: method.issuer,
  period: method.rules.period,
  digits: method.rules.digits,
  skew: method.rules.skew,
  algorithm: method.rules.algorithm,
  key_size: method.keySize,
  qr_size: method.qrSize,
  max_validation_attempts: method.maxValidationAttempts,
  ...NAMESPACE,
});

export const EnforcementShown = z.object({
  id: z.string(),
  name: z.string(),
  mfa_method_ids: texts,
  auth_method_accessors: texts,
  auth_method_types: texts,
  identity_group_ids: texts,
  identity_entity_ids: texts,
  ...namespace,
});

export const enforcementData = (one: Enforcement) => ({
  id: one.id,
  name: one.name,
  mfa_method_ids: one.methodIds,
  auth_method_accessors: one.accessors,
  auth_method_types: one.types,
  identity_group_ids: one.groupIds,
  identity_entity_ids: one.entityIds,
  ...NAMESPACE,
});
