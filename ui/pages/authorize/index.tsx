import { useState } from "preact/hooks";
import { type Answer, get } from "../../client/api.ts";
import { Failed } from "../../client/denied.tsx";
import { order } from "../../client/port.ts";
import { useSession } from "../../client/session.ts";
import { useGo } from "../../client/use-act.ts";
import { Button, ButtonLink, Fact, Facts, Loading, Note, Page, Visible } from "../../kit/index.ts";
import { hrefOf } from "../../routes.ts";
import { authorize } from "../../texts/authorize.ts";
import type { PageComponent } from "../page.ts";
import { type Outcome, outcomeOf, type Question, questionIn } from "./request.ts";

/**
 * Signs somebody in to an application that asks this server who they are. Vault's page does so without a word; here the
 * person sees who asks and what is told, and nothing is told before the click.
 */

const scopeText = (name: string): string =>
  name === "openid" ? authorize.scopes.openid : authorize.scopes.other(name);

interface AskedProps {
  readonly question: Question;
  readonly busy: boolean;
  readonly onGo: () => void;
}

const Asked = ({ question, busy, onGo }: AskedProps) => {
  const { who } = useSession();
  const [again, setAgain] = useState(question.again);
  const { host, protocol, origin } = question.redirectUri;
  return (
    <>
      <p>{authorize.asks(host || protocol)}</p>
      <Facts>
        <Fact name={authorize.you}>
          <Visible text={who.name} />
        </Fact>
        <Fact name={authorize.told}>{question.scopes.map(scopeText).join(", ")}</Fact>
        <Fact name={authorize.back}>
          <code>{origin === "null" ? protocol : origin}</code>
        </Fact>
      </Facts>
      {again && <Note kind="info">{authorize.again}</Note>}
      <div class="actions authorize-acts">
        {again ? (
          <Button
            kind="primary"
            onClick={() => {
              // The page stays behind the form; whoever signs in there goes on here.
              setAgain(false);
              order({ kind: "lock" });
            }}
          >
            {authorize.signInAgain}
          </Button>
        ) : (
          <Button kind="primary" busy={busy} onClick={onGo}>
            {authorize.goOn}
          </Button>
        )}
        <ButtonLink href={hrefOf("home")}>{authorize.notNow}</ButtonLink>
      </div>
    </>
  );
};

const Refused = ({ text, href }: Extract<Outcome, { is: "refused" }>) => (
  <Note
    kind="danger"
    actions={
      href === undefined ? undefined : <Button onClick={() => location.replace(href)}>{authorize.backWithError}</Button>
    }
  >
    <strong>{authorize.refused}</strong>
    <p>{text}</p>
  </Note>
);

const Authorize: PageComponent = ({ place }) => {
  const question = questionIn(place.query);
  const [busy, setBusy] = useState(false);
  const [answer, setAnswer] = useState<Answer | undefined>(undefined);
  // Whoever went elsewhere before the answer came has said no.
  const { go: leave } = useGo((href) => location.replace(href));
  if (question === "incomplete" || question === "unsafe") {
    return (
      <Page title={authorize.title}>
        <Note kind="danger">{authorize[question]}</Note>
      </Page>
    );
  }
  const outcome = answer && outcomeOf(question, answer);
  const go = async (): Promise<void> => {
    setBusy(true);
    const told = await get(`identity/oidc/provider/${place.path}/authorize`, question.query);
    setBusy(false);
    setAnswer(told);
    const known = outcomeOf(question, told);
    if (known.is === "code") leave(known.href);
  };
  return (
    <Page title={authorize.title}>
      {outcome?.is === "code" ? (
        <>
          <p>{authorize.going}</p>
          <Loading />
        </>
      ) : (
        <Asked question={question} busy={busy} onGo={() => void go()} />
      )}
      {outcome?.is === "refused" && <Refused {...outcome} />}
      {outcome?.is === "failed" && answer && !answer.ok && <Failed failure={answer} />}
    </Page>
  );
};

export default Authorize;
