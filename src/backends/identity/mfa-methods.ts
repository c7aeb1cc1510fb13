import { z } from "zod";
import type { Core } from "../../core/core.ts";
import { mfaIn } from "../../core/mfa/configured.ts";
import type { MethodSettings, MfaRegistry } from "../../core/mfa/registry.ts";
import { field, invalidRequest, Keys, op, path } from "../../framework/index.ts";
import { ALGORITHMS } from "../../otp/index.ts";
import type { Seconds } from "../../std/brand.ts";
import { seconds } from "../../std/time.ts";
import { MethodShown, methodData } from "./mfa-shown.ts";

/** `identity/mfa/method*`: the ways to prove a second factor, by id. A write replaces all settings but the name. */

const DEFAULTS = { period: seconds(30), keySize: 20, qrSize: 200, algorithm: "SHA1", digits: 6, skew: 1, attempts: 5 };
/** So that no write makes keys or pictures that take a process's memory, or do not fit a picture. */
const MOST = { keySize: 512, qrSize: 1024, issuer: 64 };

const Input = z.object({
  method_name: field.text("name of the method, unique; stays if absent"),
  issuer: field.text("what authenticator apps show"),
  period: field.signedDuration("how long a code lives; 30 seconds by default"),
  key_size: field.integer("bytes of a key; 20 by default"),
  qr_size: field.integer("pixels of the picture of a key; 200 by default, 0: no picture"),
  algorithm: field.text("SHA1 (default), SHA256 or SHA512"),
  digits: field.integer("of a code: 6 (default) or 8"),
  skew: field.integer("codes before and after the present one that count too: 0 or 1 (default)"),
  max_validation_attempts: field.integer("codes that may be tried before a pause; 5 by default"),
});

const digitsOf = (digits: number): 6 | 8 => {
  if (digits !== 6 && digits !== 8) throw invalidRequest("digits can only be 6 or 8");
  return digits;
};
const skewOf = (skew: number): 0 | 1 => {
  if (skew !== 0 && skew !== 1) throw invalidRequest("skew must be 0 or 1");
  return skew;
};
const algorithmOf = (given: string) => {
  const algorithm = ALGORITHMS.find((one) => one === given);
  if (!algorithm) throw invalidRequest("unrecognized algorithm");
  return algorithm;
};
const periodOf = (period: Seconds): Seconds => {
  if (period <= 0) throw invalidRequest("period must be greater than zero");
  return period;
};
const keySizeOf = (size: number): number => {
  if (size <= 0) throw invalidRequest("key_size must be greater than zero");
  if (size > MOST.keySize) throw invalidRequest(`key_size must not be greater than ${MOST.keySize}`);
  return size;
};
const qrSizeOf = (size: number): number => {
  if (size < 0) throw invalidRequest("qr_size must be greater than or equal to zero");
  if (size > MOST.qrSize) throw invalidRequest(`qr_size must not be greater than ${MOST.qrSize}`);
  return size;
};
const issuerOf = (issuer: string): string => {
  if (issuer === "") throw invalidRequest("issuer must be set");
  if (issuer.length > MOST.issuer) throw invalidRequest(`issuer must not be longer than ${MOST.issuer} characters`);
  return issuer;
};
const attemptsOf = (attempts: number): number => {
  if (attempts < 0) throw invalidRequest("max_validation_attempts must be greater than zero");
  return attempts === 0 ? DEFAULTS.attempts : attempts;
};

const settingsOf = (input: z.output<typeof Input>): MethodSettings => {
  const algorithm = algorithmOf(input.algorithm ?? DEFAULTS.algorithm);
  const digits = digitsOf(input.digits ?? DEFAULTS.digits);
  const period = periodOf(input.period ?? DEFAULTS.period);
  const skew = skewOf(input.skew ?? DEFAULTS.skew);
  return {
    rules: { algorithm, digits, period, skew },
    keySize: keySizeOf(input.key_size ?? DEFAULTS.keySize),
    issuer: issuerOf(input.issuer ?? ""),
    maxValidationAttempts: attemptsOf(input.max_validation_attempts ?? 0),
    qrSize: qrSizeOf(input.qr_size ?? DEFAULTS.qrSize),
  };
};

export const mfaMethodPaths = (core: Core, registry: MfaRegistry) => {
  const all = async () => mfaIn(await core.config.snapshot()).methods;

  const list = async () => {
    const methods = [...(await all()).values()];
    const info = methods.map((method) => [method.id, methodData(method)] as const);
    return { data: { keys: methods.map(({ id }) => id), key_info: Object.fromEntries(info) } };
  };
  const show = async (id: string) => {
    const method = (await all()).get(id);
    return method && { data: methodData(method) };
  };

  const Listed = Keys.extend({ key_info: z.record(z.string(), MethodShown) });
  const params = { method_id: "id of the method" };
  return [
    path("mfa/method", {
      summary: "ids of the methods",
      params: {},
      ops: { list: op({ summary: "list methods of all types", answers: Listed, handle: list }) },
    }),
    path("mfa/method/{method_id:uuid}", {
      summary: "a method of any type",
      params,
      ops: {
        read: op({
          summary: "read a method",
          answers: MethodShown,
          handle: ({ params: { method_id } }) => show(method_id),
        }),
      },
    }),
    path("mfa/method/totp", {
      summary: "TOTP methods",
      params: {},
      ops: {
        list: op({ summary: "list TOTP methods", answers: Listed, handle: list }),
        update: op({
          summary: "create a TOTP method, or change the one of that name",
          answers: z.object({ method_id: z.string() }),
          input: Input,
          handle: async ({ input }) => ({
            data: { method_id: await registry.saveMethod({ name: input.method_name }, settingsOf(input)) },
          }),
        }),
      },
    }),
    path("mfa/method/totp/{method_id:uuid}", {
      summary: "a TOTP method",
      params,
      ops: {
        read: op({
          summary: "read a TOTP method",
          answers: MethodShown,
          handle: ({ params: { method_id } }) => show(method_id),
        }),
        update: op({
          summary: "change a TOTP method, or create it with this id",
          answers: "nothing",
          input: Input,
          handle: async ({ params: { method_id: id }, input }): Promise<undefined> => {
            await registry.saveMethod({ id, name: input.method_name }, settingsOf(input));
          },
        }),
        delete: op({
          summary: "delete a TOTP method; its keys are worth nothing from then on",
          answers: "nothing",
          handle: async ({ params: { method_id: id } }): Promise<undefined> => {
            await registry.removeMethod(id);
          },
        }),
      },
    }),
  ];
};
