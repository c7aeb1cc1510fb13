import { type BackendContext, invalidRequest } from "../../framework/index.ts";
import { shown } from "../../std/shown.ts";
import type { CredsInput, CredsPath, CredsReply } from "./creds-shapes.ts";
import { issueSession } from "./sessions.ts";
import { type Role, readRole } from "./stored-role.ts";
import { issueUser } from "./user-creds.ts";
import type { EngineWorld } from "./world.ts";

/** `creds/` and `sts/`: credentials of a role, of whatever kind the role says. */

/** Which kind a role gives on a path. Throws `invalid_request` with Vault's texts. */
const typeFor = ({ credential_types: types, legacy }: Role, path: CredsPath): string => {
  const [only = ""] = types;
  const type = types.length === 1 ? only : path === "creds" ? "iam_user" : "federation_token";
  if (legacy && (type === "iam_user") !== (path === "creds"))
    throw invalidRequest(
      `attempted to retrieve ${type} credentials through the ${path} path; this is not allowed for legacy roles`,
    );
  return type;
};

/** Throws with Vault's texts. */
export const issueCreds = async (
  world: EngineWorld,
  path: CredsPath,
  name: string,
  input: CredsInput,
  cx: BackendContext,
): Promise<CredsReply> => {
  const role = await readRole(cx.storage, name);
  if (!role) throw invalidRequest(`Role ${shown(name)} not found`);
  const type = typeFor(role, path);
  switch (type) {
    case "iam_user":
      return issueUser(world, name, role, cx);
    case "assumed_role":
    case "federation_token":
    case "session_token":
      return issueSession(world.aws, { type, name, role, input }, cx);
    default:
      throw invalidRequest(`unknown credential_type: ${shown(type)}`);
  }
};
