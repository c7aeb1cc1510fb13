import type { Secret } from "../../../client/contract.ts";
import {
  dataOf,
  func0,
  func1,
  jsonNumber,
  pointerTo,
  STRING,
  Struct,
  typed,
  types,
  type Value,
  zeroOf,
} from "../../../go-template/index.ts";
import { MAP_OF_STRINGS, stringList } from "../go/text-lists.ts";
import { GoTime, TIME_PARAM, zeroTime } from "../go/time/go-time.ts";
import { parseTime } from "../go/time/parse.ts";
import { UTC } from "../go/time/zone.ts";
import type { Certificate } from "../sources.ts";

/** A secret as templates see it: the fields of consul-template's `Secret`, and numbers as they were sent. */

const { bool, int, map, string, strings } = types;
const AUTH = types.structOf("dependency.SecretAuth", {
  ClientToken: string,
  Accessor: string,
  Policies: strings,
  Metadata: MAP_OF_STRINGS,
  LeaseDuration: int,
  Renewable: bool,
});
const WRAP = types.structOf("dependency.SecretWrapInfo", {
  Token: string,
  TTL: int,
  CreationTime: TIME_PARAM.type,
  WrappedAccessor: string,
});
const SECRET = types.structOf("dependency.Secret", {
  RequestID: string,
  LeaseID: string,
  LeaseDuration: int,
  Renewable: bool,
  Data: map,
  Warnings: strings,
  Auth: types.pointerTo(AUTH),
  WrapInfo: types.pointerTo(WRAP),
});

const whole = (value: number): bigint => BigInt(Math.trunc(value));

const authOf = (auth: NonNullable<Secret["auth"]>): Value =>
  pointerTo(
    new Struct(AUTH, {
      ClientToken: auth.client_token,
      Accessor: auth.accessor,
      Policies: stringList(auth.policies),
      Metadata: auth.metadata ? typed(new Map(Object.entries(auth.metadata)), MAP_OF_STRINGS) : undefined,
      LeaseDuration: whole(auth.lease_duration),
      Renewable: auth.renewable,
    }),
  );

const wrapOf = (wrap: NonNullable<Secret["wrap_info"]>): Value => {
  const created = parseTime("2006-01-02T15:04:05Z07:00", wrap.creation_time, UTC);
  return pointerTo(
    new Struct(WRAP, {
      Token: wrap.token,
      TTL: whole(wrap.ttl),
      CreationTime: created ? new GoTime(created.at, created.zone) : zeroTime(),
      WrappedAccessor: wrap.wrapped_accessor ?? "",
    }),
  );
};

export const secretValue = (secret: Secret): Value =>
  pointerTo(
    new Struct(SECRET, {
      RequestID: secret.request_id,
      LeaseID: secret.lease_id,
      LeaseDuration: whole(secret.lease_duration),
      Renewable: secret.renewable,
      Data: secret.data ? dataOf(secret.data, jsonNumber) : undefined,
      Warnings: secret.warnings ? stringList(secret.warnings) : undefined,
      Auth: secret.auth ? authOf(secret.auth) : undefined,
      WrapInfo: secret.wrap_info ? wrapOf(secret.wrap_info) : undefined,
    }),
  );

const CERTIFICATE = types.structOf("dependency.PemEncoded", {
  Cert: string,
  Key: string,
  CA: string,
  CAChain: strings,
});

export const certificateValue = (certificate: Certificate): Struct => {
  const { cert, key, ca, caChain } = certificate;
  const fields = { Cert: cert, Key: key, CA: ca, CAChain: stringList(caChain) };
  return new Struct(CERTIFICATE, fields, {
    // So that `.Data.Cert` works as it does for secrets.
    Data: func0(() => certificateValue(certificate)),
    CaChainContains: func1(STRING, (item) => caChain.includes(item)),
  });
};

/** What `secrets` answers while nothing is known. */
export const noKeys = (): Value => zeroOf(strings);
