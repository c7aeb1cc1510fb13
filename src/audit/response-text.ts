import { isListing } from "../policy/index.ts";
import { block, member, put } from "./members.ts";
import { mountMembers } from "./mount-members.ts";
import { dataMember, type Entry, keysOf, messageText } from "./record.ts";
import { redactedText } from "./redaction.ts";
import type { Style } from "./style.ts";
import type { AuditedResponse } from "./types.ts";
import { grantedMembers } from "./who.ts";

/** `response` of a line: what the caller got. */

/** Where the answer was made: mostly the path of the request, which a compact line says once. */
const pathMember = (made: string, asked: string, style: Style): string => {
  if (!style.compact) return member("creation_path", style.text(made));
  return made === asked ? "" : put("creation_path", style.text(made));
};

const wrapText = ({ wrapInfo }: AuditedResponse, path: string, style: Style): string | undefined => {
  if (!wrapInfo) return undefined;
  const { ttl, token, accessor, creationTime, creationPath, wrappedAccessor } = wrapInfo;
  return block(
    member("ttl", `${ttl}`) +
      put("token", style.hashed(token.reveal())) +
      member("accessor", style.hashedAccessor(accessor)) +
      put("creation_time", style.time(creationTime)) +
      pathMember(creationPath, path, style) +
      (wrappedAccessor ? member("wrapped_accessor", style.hashedAccessor(wrappedAccessor)) : ""),
  );
};

export const responseText = (entry: Entry, response: AuditedResponse, style: Style): string | undefined => {
  const { record } = entry;
  const { decoded, mount, payload } = record;
  const elided = style.elideLists && isListing(record.operation);
  const rules = { style, clearKeys: keysOf(mount?.config.auditNonHmacResponseKeys), payload, elided };
  const { auth, mfaRequestId, leaseId, warnings } = response;
  return block(
    (auth ? member("auth", block(grantedMembers(auth, style))) : "") +
      (mfaRequestId ? member("mfa_request_id", style.hashed(mfaRequestId.reveal())) : "") +
      (style.compact ? "" : mountMembers(mount, style)) +
      (leaseId === undefined ? "" : put("secret", `{"lease_id":${style.text(leaseId)}}`)) +
      dataMember("response", () => redactedText(response.data, rules), entry, style) +
      (warnings ? member("warnings", `[${warnings.map((text) => messageText(text, record, style)).join(",")}]`) : "") +
      member("wrap_info", wrapText(response, decoded.path, style)),
  );
};
