import { Decisions } from "../../client/decisions.tsx";
import { useSession } from "../../client/session.ts";
import { CopyAs, Page, Section } from "../../kit/index.ts";
import { me } from "../../texts/me.ts";
import type { PageComponent } from "../page.ts";
import { CommandToken } from "./command-token.tsx";
import { Rules } from "./rules.tsx";
import { SessionFacts } from "./session.tsx";

/** One's own access: the session, what it may do and by which rules, and a token for a terminal. */

const Me: PageComponent = () => {
  const { rules } = useSession();
  return (
    <Page
      title={me.title}
      actions={<CopyAs vault="token lookup" curl={{ method: "GET", path: "auth/token/lookup-self" }} />}
    >
      <SessionFacts />
      <Section title={me.what}>
        <Decisions options={rules.map(({ pattern }) => pattern.replace(/\*$/, ""))} />
      </Section>
      <CommandToken />
      <Rules />
    </Page>
  );
};

export default Me;
