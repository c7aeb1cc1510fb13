import { useEffect } from "preact/hooks";
import { useStage } from "../../client/stage.ts";
import { Note, Page as PageFrame } from "../../kit/index.ts";
import { goBackTo } from "../../router.ts";
import { BASE } from "../../routes.ts";
import { signIn } from "../../texts/sign-in.ts";
import type { PageComponent } from "../page.ts";
import { SignInForm } from "./form.tsx";

/** Signs in. Drawn at its own address, and in place of any page that wants somebody signed in. */

const Page: PageComponent = ({ place }) => {
  const stage = useStage();
  const isHere = place.page === "sign-in";
  const backTo = place.query["redirect_to"];
  const signedIn = stage.is === "in";
  useEffect(() => {
    if (signedIn && isHere) void goBackTo(backTo);
  }, [signedIn, isHere, backTo]);
  if (stage.is !== "out") return undefined;
  return (
    <PageFrame title={signIn.title(location.host)}>
      {stage.why !== "out" && <Note kind="info">{signIn[stage.why]}</Note>}
      <SignInForm
        mounts={stage.mounts.auth}
        first={place.query["with"]}
        backTo={isHere ? (backTo ?? BASE) : location.pathname + location.search}
      />
    </PageFrame>
  );
};

export default Page;
