import { useEffect, useState } from "preact/hooks";
import { askAttempt, survivesLeaving } from "../../client/port.ts";
import type { Attempt, Attempted } from "../../protocol.ts";
import { BASE } from "../../routes.ts";
import { signIn } from "../../texts/sign-in.ts";
import { type Outcome, outcomeOf, type Provider, providerIn, type Requirement } from "./outcome.ts";
import { requestFor, type Values, type Way } from "./ways.ts";

/** Steps of one sign-in, from what is typed to who is signed in. The worker tells all tabs of the end. */

export type Step =
  | { readonly is: "form"; readonly error?: string | undefined }
  | { readonly is: "factor"; readonly requirement: Requirement; readonly error?: string | undefined }
  | { readonly is: "few-uses"; readonly uses: number }
  /** The provider's page, to be opened in a tab of its own. */
  | { readonly is: "elsewhere"; readonly provider: Provider };

const attemptFor = (way: Way, values: Values, spend: boolean): Attempt => {
  switch (way.how) {
    case "token":
    case "other":
      return { how: "token", token: (values.token ?? "").trim(), spend };
    case "wrapped":
      return { how: "unwrap", token: (values.wrapped ?? "").trim() };
    default:
      return { how: "login", request: requestFor(way.how, way.mount, values) };
  }
};

/** Where the provider sends the browser back to: the address that roles of Vault's page allow, or the server itself. */
const redirectUrisOf = (mount: string): readonly string[] =>
  ["ui/vault", "v1"].map((place) => `${location.origin}/${place}/auth/${mount}/oidc/callback`);

type Found = ReturnType<typeof providerIn>;

/** By the first of the addresses that the role allows, and that its login ends at. */
const findProvider = async (mount: string, role: string, backTo: string): Promise<Found> => {
  let found: Found = { text: signIn.refused.role };
  for (const redirectUri of redirectUrisOf(mount)) {
    found = providerIn(await askAttempt({ how: "redirect", away: { mount, role, redirectUri, backTo } }));
    if ("url" in found || found.text !== signIn.refused.role) break;
  }
  return found;
};

const stepOf = (outcome: Outcome): Step | undefined => {
  switch (outcome.is) {
    case "in":
      return undefined;
    case "factor":
      return { is: "factor", requirement: outcome.requirement };
    case "few-uses":
      return { is: "few-uses", uses: outcome.uses };
    case "refused":
      return { is: "form", error: outcome.text };
  }
};

interface Props {
  /** After a login at another site: where to go on, below `/ui/`. */
  readonly backTo: string | undefined;
  /** A page with unsaved work stands behind: it is not left. */
  readonly aside: boolean;
  readonly error: string | undefined;
  /** Of a login that was begun before: what it still needs. */
  readonly requirement: Requirement | undefined;
  /** Signed in, or refused: fields for secrets are emptied. */
  readonly onEnd: () => void;
}

export const useSignIn = ({ backTo, aside, error, requirement: begun, onEnd }: Props) => {
  const [step, setStep] = useState<Step>(begun ? { is: "factor", requirement: begun } : { is: "form", error });
  const [busy, setBusy] = useState(false);
  const [away, lead] = useState<URL>();
  // Only from a form that is still there: somebody may have signed in in another tab.
  useEffect(() => {
    if (away !== undefined) location.assign(away);
  }, [away]);

  const leadElsewhere = async (way: Way, role: string): Promise<void> => {
    const provider = await findProvider(way.mount, role, backTo ?? BASE);
    if ("text" in provider) return setStep({ is: "form", error: provider.text });
    if (aside || provider.waiting || !survivesLeaving()) return setStep({ is: "elsewhere", provider });
    lead(provider.url);
  };

  const logIn = async (way: Way, values: Values, spend: boolean): Promise<void> => {
    const outcome = outcomeOf(way.how, await askAttempt(attemptFor(way, values, spend)));
    const next = stepOf(outcome);
    if (outcome.is !== "few-uses") onEnd();
    if (next) setStep(next);
  };

  const once = async (work: () => Promise<void>): Promise<void> => {
    if (busy) return;
    setBusy(true);
    // What was wrong before is not wrong now.
    setStep((now) => ("error" in now ? { ...now, error: undefined } : now));
    await work();
    setBusy(false);
  };

  return {
    step,
    busy,
    submit: (way: Way, values: Values, spend = false): Promise<void> =>
      once(() => (way.how === "redirect" ? leadElsewhere(way, values.role ?? "") : logIn(way, values, spend))),
    /** `codes` by the id of a method; empty for one that asks on its own device. */
    prove: (requirement: Requirement, codes: Readonly<Record<string, string>>, refused: (status: number) => string) =>
      once(async () => {
        const payload = Object.fromEntries(Object.entries(codes).map(([id, code]) => [id, code === "" ? [] : [code]]));
        const body = JSON.stringify({ mfa_request_id: requirement.requestId, mfa_payload: payload });
        const { answer, signedIn } = await askAttempt({
          how: "login",
          request: { method: "POST", path: "sys/mfa/validate", body, as: "none" },
        });
        if (!signedIn) setStep({ is: "factor", requirement, error: refused(answer.status) });
      }),
    /** A login that was waited for is over, and nobody is signed in. */
    waited: (attempted: Attempted): void => {
      const outcome = outcomeOf("redirect", attempted);
      setStep(outcome.is === "factor" ? outcome : { is: "form", error: signIn.refused.lost });
    },
    restart: (): void => setStep({ is: "form" }),
  };
};
