import { useEffect, useRef, useState } from "preact/hooks";
import { useSession } from "../../client/session.ts";
import { Button, Empty, Page, Section } from "../../kit/index.ts";
import { hrefOf } from "../../routes.ts";
import { share } from "../../texts/share.ts";
import type { PageComponent } from "../page.ts";
import { look } from "./follow.ts";
import { ShareForm } from "./form.tsx";
import { type Made, useMade } from "./made.ts";
import { MadeList } from "./made-list.tsx";

/**
 * Gives a secret to somebody, once, by a link.
 *
 * Security: a secret given whole is wrapped by the server and never comes to this browser. Wrapping tokens are in memory
 * alone, in no address, title or history, and in the document only while their link is shown.
 */

const EVERY_MS = 30_000;

/** Asks at first, every half minute, and when the tab is looked at again. */
const useStates = (links: readonly Made[]): (() => void) => {
  const latest = useRef(links);
  latest.current = links;
  const again = useRef((): void => {
    if (!document.hidden) void look(latest.current);
  });
  useEffect(() => {
    const ask = again.current;
    ask();
    const timer = setInterval(ask, EVERY_MS);
    document.addEventListener("visibilitychange", ask);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", ask);
    };
  }, []);
  return again.current;
};

const SharePage: PageComponent = ({ place }) => {
  const { who } = useSession();
  const [fresh, setFresh] = useState<readonly number[]>([]);
  const links = useMade(who);
  const again = useStates(links);
  const unopened = links.some(({ held }) => held);
  return (
    <Page
      title={share.title}
      crumbs={
        place.path === "" ? [] : [{ label: place.path, href: hrefOf("browse", place.path) }, { label: share.title }]
      }
    >
      <p class="muted">{share.about}</p>
      <ShareForm key={place.path} path={place.path} onMade={(ids) => setFresh([...ids])} />
      <Section title={share.session} actions={unopened && <Button onClick={again}>{share.check}</Button>}>
        <p class="hint">{share.sessionAbout}</p>
        {links.length === 0 ? <Empty>{share.none}</Empty> : <MadeList links={links} fresh={fresh} />}
      </Section>
    </Page>
  );
};

export default SharePage;
