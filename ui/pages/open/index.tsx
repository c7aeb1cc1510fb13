import { useEffect } from "preact/hooks";
import { announce, Loading, Page } from "../../kit/index.ts";
import { open } from "../../texts/open.ts";
import type { PageComponent } from "../page.ts";
import { AskCode, Gone, NoLink, Ready, Trouble } from "./before.tsx";
import { Opened } from "./opened.tsx";
import { begin, enter, type Opening, unwrap, useOpening } from "./use-opening.ts";

/**
 * Opens what somebody shared, once, without signing in.
 *
 * Security: loading the page, looking at the link and a wrong code use nothing up; only a click opens. The link is taken
 * out of the address before the page asks for anything (`ui/share/arrival.ts`).
 */

const Step = ({ opening }: { readonly opening: Opening }) => {
  switch (opening.at) {
    case "none":
    case "broken":
      return <NoLink at={opening.at} onPaste={(text) => void begin(text)} />;
    case "checking":
      return <Loading />;
    case "opened-before":
    case "ended":
      return <Gone at={opening.at} />;
    case "code":
      return <AskCode wrong={opening.wrong} end={opening.link.end} onCode={(code) => void enter(opening.link, code)} />;
    case "ready": {
      const { token, end, from } = opening;
      return <Ready end={end} from={from} busy={false} onOpen={() => void unwrap(token, end, from)} />;
    }
    case "opening":
      return <Ready end={opening.end} from={opening.from} busy onOpen={() => undefined} />;
    case "open":
      return <Opened content={opening.content} />;
    case "failed":
      return <Trouble {...opening} />;
  }
};

const SAID: Partial<Record<Opening["at"], string>> = {
  broken: open.broken.title,
  "opened-before": open.opened.title,
  ended: open.ended.title,
  ready: open.somebody,
  open: open.done,
};

const OpenPage: PageComponent = () => {
  const opening = useOpening();
  const said = SAID[opening.at];
  useEffect(() => {
    if (said !== undefined) announce(said);
  }, [said]);
  return (
    <Page title={open.title}>
      <Step opening={opening} />
    </Page>
  );
};

export default OpenPage;
