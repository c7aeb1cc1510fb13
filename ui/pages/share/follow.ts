import { type Answer, call } from "../../client/api.ts";
import { serverNow } from "../../client/clock.ts";
import { type Made, mark } from "./made.ts";

/** What became of a link: asked with its wrapping token, which uses nothing up; and taking a link back. */

const send = (path: string, token: string): Promise<Answer> =>
  call({ method: "POST", path, body: JSON.stringify({ token }), as: "none" });

/** A 400 is the server's word that the token opens nothing: it was used, or its time is over. */
const settle = ({ id, endsAt }: Made, answer: Answer): void => {
  if (!answer.ok && answer.kind === "invalid") mark(id, serverNow() >= endsAt ? "ended" : "opened");
};

export const look = async (links: readonly Made[]): Promise<void> => {
  for (const link of links) {
    if (link.held) settle(link, await send("sys/wrapping/lookup", link.held.token));
  }
};

/** Opens the link for nobody: what it carried is not read. `late`: it opened nothing any more. */
export const cancel = async (link: Made): Promise<Answer | "late"> => {
  if (!link.held) return "late";
  const { token } = link.held;
  const answer = await call({ method: "POST", path: "sys/wrapping/unwrap", as: { token }, discard: true });
  if (answer.ok) mark(link.id, "cancelled");
  else settle(link, answer);
  return answer.ok || answer.kind !== "invalid" ? answer : "late";
};
