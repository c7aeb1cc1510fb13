import type { ApiAnswer, ApiRequest, Attempt, Attempted } from "../protocol.ts";
import { createAways } from "./aways.ts";
import { refusal } from "./calls.ts";
import { membersOf, numberOf, succeeded, textOf, within } from "./members.ts";
import type { World } from "./session.ts";
import { stripped, withoutToken } from "./strip.ts";

/** Ways to a token. What is answered to the tab does not have it. */

export interface Gained {
  readonly token: string;
  /** Made by signing in here. */
  readonly ours: boolean;
  /** Until it ends; 0: it does not. */
  readonly seconds: number;
  readonly renewable: boolean;
  /** Empty: a token without an entity. */
  readonly entityId: string;
}

export interface Holder {
  hold(gained: Gained): void;
  /** Grows when somebody leaves: a sign-in that was under way then is not followed, and its token is revoked. */
  departures(): number;
  revoke(token: string): Promise<void>;
}

export const LOOKUP: ApiRequest = { method: "GET", path: "auth/token/lookup-self" };

const LEFT = refusal(409, "signed out meanwhile");

export const createAttempts = (world: Pick<World, "now" | "send" | "nonce">, holder: Holder) => {
  const aways = createAways(world);

  const taken = (answer: ApiAnswer, begun: number): Attempted => {
    const auth = within(membersOf(answer.body), "auth");
    const token = textOf(auth?.["client_token"]);
    const clean = { ...answer, body: withoutToken(answer.body) };
    if (!succeeded(answer) || !auth || token === "") return { answer: clean, signedIn: false };
    if (begun !== holder.departures()) {
      void holder.revoke(token);
      return { answer: LEFT, signedIn: false };
    }
    holder.hold({
      token,
      ours: true,
      seconds: numberOf(auth["lease_duration"]),
      renewable: auth["renewable"] === true,
      entityId: textOf(auth["entity_id"]),
    });
    return { answer: clean, signedIn: true };
  };

  const byToken = async (token: string, spend: boolean, begun: number): Promise<Attempted> => {
    const answer = await world.send(LOOKUP, token);
    if (begun !== holder.departures()) return { answer: LEFT, signedIn: false };
    const data = within(membersOf(answer.body), "data");
    const clean = { ...answer, body: stripped(LOOKUP.path, answer.body, token) };
    const few = !spend && numberOf(data?.["num_uses"]) > 0;
    if (!succeeded(answer) || !data || few) return { answer: clean, signedIn: false };
    holder.hold({
      token,
      ours: false,
      seconds: numberOf(data["ttl"]),
      renewable: data["renewable"] === true,
      entityId: textOf(data["entity_id"]),
    });
    return { answer: clean, signedIn: true };
  };

  /** Of what was wrapped, the token is needed and nothing else: it may be an answer about the session's own. */
  const unwrapped = async (token: string, begun: number): Promise<Attempted> => {
    const request: ApiRequest = { method: "POST", path: "sys/wrapping/unwrap", body: "{}" };
    const { answer, signedIn } = taken(await world.send(request, token), begun);
    return { answer: succeeded(answer) ? { ...answer, body: "" } : answer, signedIn };
  };

  return async (asked: Attempt): Promise<Attempted> => {
    const begun = holder.departures();
    switch (asked.how) {
      case "login":
        return taken(await world.send(asked.request, undefined), begun);
      case "token":
        return byToken(asked.token, asked.spend, begun);
      case "unwrap":
        return unwrapped(asked.token, begun);
      case "redirect":
        return { answer: await aways.begin(asked.away), signedIn: false };
      case "poll":
        return taken(await aways.poll(asked.state), begun);
      case "callback": {
        const { answer, backTo } = await aways.end(asked.mount, asked.query);
        return { ...taken(answer, begun), backTo };
      }
    }
  };
};
