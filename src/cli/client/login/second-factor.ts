import type { Answer } from "../../../client/index.ts";
import { isJsonObject, type JsonObject } from "../../../std/json.ts";
import type { Session } from "../session.ts";

/** A login that waits for a second factor. */

const requirementOf = (answer: Answer): JsonObject | undefined => {
  const { body } = answer;
  const auth = isJsonObject(body) ? body["auth"] : undefined;
  const requirement = isJsonObject(auth) ? auth["mfa_requirement"] : undefined;
  return isJsonObject(requirement) ? requirement : undefined;
};

interface Factor {
  readonly id: string;
  readonly type: string;
  readonly passcode: boolean;
}

/** The methods of each enforcement; one of each list is enough. */
const factorsOf = (requirement: JsonObject): readonly (readonly Factor[])[] => {
  const constraints = requirement["mfa_constraints"];
  return Object.values(isJsonObject(constraints) ? constraints : {}).map((constraint) => {
    const any = isJsonObject(constraint) && Array.isArray(constraint["any"]) ? constraint["any"] : [];
    return any.filter(isJsonObject).map((one) => ({
      id: String(one["id"] ?? ""),
      type: String(one["type"] ?? ""),
      passcode: one["uses_passcode"] === true,
    }));
  });
};

/** The rows that tell what is still missing. */
export const waitingRows = (answer: Answer): readonly (readonly string[])[] | undefined => {
  const requirement = requirementOf(answer);
  if (requirement === undefined) return undefined;
  const factors = factorsOf(requirement).flat();
  return [
    ["mfa_request_id", String(requirement["mfa_request_id"] ?? "")],
    ...factors.map(({ id, type }) => [`mfa_method_${type}`, id]),
  ];
};

/** Asks at the terminal where there is one method to ask for; the login itself where it is not asked. */
export const withSecondFactor = async (session: Session, answer: Answer): Promise<Answer> => {
  const requirement = requirementOf(answer);
  if (requirement === undefined) return answer;
  const all = factorsOf(requirement);
  const [factor] = all[0] ?? [];
  if (all.length !== 1 || all[0]?.length !== 1 || factor === undefined) return answer;
  const question = `Enter the passphrase for methodID "${factor.id}" of type "${factor.type}": `;
  const code = factor.passcode ? await session.console.ask(question) : "";
  if (code === undefined) return answer;
  const body = {
    mfa_request_id: requirement["mfa_request_id"],
    mfa_payload: { [factor.id]: code === "" ? [] : [code.trim()] },
  };
  return session.callAs(undefined, { method: "PUT", path: "sys/mfa/validate", body });
};
