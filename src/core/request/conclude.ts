import { invalidRequest, type Reply } from "../../framework/index.ts";
import { isJsonObject } from "../../std/json.ts";
import { untilWritten } from "../../storage/change.ts";
import type { Core } from "../core.ts";
import type { Answer, WrapInfo } from "./answer.ts";
import { issuedIn, renewedIn } from "./core-reply.ts";
import type { Handled } from "./stage.ts";

/**
 * What the reply asks for: a lease becomes live, a login becomes a token, the answer is wrapped. Then the response is
 * recorded; if it cannot be, the caller gets nothing.
 */

const LAST_USE = "Secret cannot be returned; token had one use left, so leased credentials were immediately revoked.";

const emptyList = (verb: string, { data }: Reply): boolean => {
  if (verb !== "list") return false;
  const keys = isJsonObject(data) ? data["keys"] : [];
  return Array.isArray(keys) && keys.length === 0;
};

const wrappable = (handled: Handled): boolean => {
  const { reply, decoded } = handled;
  return reply !== undefined && reply.bare === undefined && !emptyList(decoded.verb, reply);
};

/** The accessor of the contents, if any: a login's token, or what the backend says. */
const wrappedAccessor = ({ auth, reply }: Answer): string => auth?.accessor ?? reply?.wrappedAccessor ?? "";

const wrap = async (core: Core, handled: Handled, answer: Answer): Promise<Answer> => {
  const { decoded, mount } = handled;
  const insisted = handled.reply?.wrap;
  const ttl = insisted?.ttl ?? decoded.wrapTtl;
  if (ttl === undefined || ttl === 0 || !wrappable(handled)) return answer;
  // Inside, the answer is the envelope alone: what old routes repeat in front of it stays outside.
  const rendered = core.render({ ...answer, dataInFront: false });
  const wrapInfo: WrapInfo = await core.wrapping.wrap(
    {
      status: rendered.status,
      contentType: rendered.contentType,
      body: Buffer.from(rendered.body).toString("base64"),
      creationPath: insisted?.path ?? decoded.path,
      ttl,
      wrappedAccessor: wrappedAccessor(answer),
      format: decoded.wrapFormat,
    },
    mount,
  );
  return { ...answer, reply: { data: null }, wrapInfo, warnings: [], mountType: "" };
};

/**
 * A limit of the role that the login found out. A lock that fell meanwhile refuses first, as it refuses a wrong guess:
 * what only a right one can exceed must not tell that it was right.
 */
const limitRole = async (core: Core, { decoded, mount, unlocked }: Handled, role: string): Promise<void> => {
  try {
    await core.quotas.limitRole({ decoded, mount, payload: false }, role);
  } catch (cause) {
    if (unlocked) await untilWritten(async () => core.store.write(await unlocked()));
    throw cause;
  }
};

const login = async (core: Core, handled: Handled): Promise<Pick<Answer, "auth" | "awaits">> => {
  const { reply, mount, decoded, reads, unlocked, warnings } = handled;
  const made = issuedIn(reply);
  if (made) return { auth: made };
  if (!reply?.auth) return {};
  const { role } = reply.auth;
  if (role !== undefined) await limitRole(core, handled, role);
  const { path, sourceAddress, mfa: shown = new Map() } = decoded;
  // Loaded by the first login: most functions see none.
  const { logIn } = await import("../login/login.ts");
  const login = await logIn(core, {
    grant: reply.auth,
    mount,
    path,
    sourceAddress,
    shown,
    unlocked,
    read: reads.get,
  });
  warnings.push(...login.warnings);
  if ("awaits" in login) return { awaits: login.awaits };
  return { auth: { ...core.tokens.authBlock(login.made, login.entity), shownOnce: reply.auth.shownOnce } };
};

const lease = async (core: Core, handled: Handled): Promise<Answer["lease"]> => {
  const goesOn = renewedIn(handled.reply);
  if (goesOn) return goesOn;
  const pending = handled.reply?.lease;
  if (!pending) return undefined;
  if (handled.lastUse) {
    await core.leases.abandon(pending);
    throw invalidRequest(LAST_USE);
  }
  const live = await core.crash("lease.confirm", () => core.leases.confirm(pending));
  return { id: live.id, renewable: live.renewable, duration: live.ttl };
};

const answerFor = async (core: Core, handled: Handled): Promise<Answer> => {
  const { decoded, reply, open, mount, match, warnings } = handled;
  const leased = await lease(core, handled);
  const { auth, awaits } = await login(core, handled);
  const answer: Answer = {
    requestId: decoded.requestId,
    verb: decoded.verb,
    reply,
    lease: leased,
    auth,
    awaits,
    warnings: reply === undefined ? [] : [...(reply.warnings ?? []), ...warnings],
    mountType: open ? "" : mount.info.type,
    mountPath: mount.info.path,
    dataInFront: match?.path.dataInFront ?? false,
  };
  return wrap(core, handled, answer);
};

export const conclude = async (core: Core, handled: Handled): Promise<Answer> => {
  const answer = await answerFor(core, handled);
  const response = {
    data: answer.reply?.data,
    auth: answer.auth,
    mfaRequestId: answer.awaits?.requestId,
    wrapInfo: answer.wrapInfo,
    leaseId: answer.lease?.id,
    warnings: answer.warnings,
  };
  await handled.trail.answered(response, answer.reply?.failure);
  return answer;
};
