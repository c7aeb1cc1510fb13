import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { post } from "../../client/api.ts";
import { Failed } from "../../client/denied.tsx";
import { textIn } from "../../client/read-json.ts";
import { useSession } from "../../client/session.ts";
import { useAct } from "../../client/use-act.ts";
import { useApi } from "../../client/use-api.ts";
import { Button, Code, Empty, Page, Section, toast } from "../../kit/index.ts";
import { onboard } from "../../texts/onboard.ts";
import type { PageComponent } from "../page.ts";
import { NameFields } from "./name-fields.tsx";
import { complete, type Names, trimmed } from "./names.ts";
import { RoleStep } from "./role-step.tsx";
import { type Place, stepsFor } from "./steps.ts";
import { useNames } from "./use-names.ts";

/** A server outside AWS, from a role in AWS to its first login. */

const Step = ({
  number,
  title,
  about,
  children,
}: {
  readonly number: number;
  readonly title: string;
  readonly about: string;
  readonly children: ComponentChildren;
}) => (
  <Section title={onboard.step(number, title)}>
    <p class="muted">{about}</p>
    {children}
  </Section>
);

/** What the mount demands of a login, as far as the caller may see. */
const usePlace = (mount: string): Place => {
  const path = `auth/${mount}config/client`;
  const { may } = useSession();
  const { answer } = useApi(may(path, "read") ? { method: "GET", path } : undefined);
  const client = answer?.ok ? answer.data : {};
  return {
    address: location.origin,
    mount,
    signed: textIn(client, "sts_region") || "us-east-1",
    serverId: textIn(client, "iam_server_id_header_value"),
  };
};

const Steps = ({ names, mount }: { readonly names: Names; readonly mount: string }) => {
  const steps = stepsFor(names, usePlace(mount));
  return (
    <>
      <Step number={1} title={onboard.trust} about={onboard.trustAbout}>
        <Code text={steps.trust} label={onboard.as.trust} copy />
      </Step>
      <Step number={2} title={onboard.enrol} about={onboard.enrolAbout}>
        <Code text={steps.enrol} label={onboard.as.enrol} copy />
      </Step>
      <Step number={3} title={onboard.server} about={onboard.serverAbout}>
        <Code text={steps.server} label={onboard.as.server} copy />
      </Step>
      <Step number={4} title={onboard.roleStep} about={onboard.roleStepAbout}>
        <RoleStep mount={mount} name={names.role} role={steps.role} />
      </Step>
      <Step number={5} title={onboard.login} about={onboard.loginAbout}>
        <Code text={steps.login} label={onboard.as.login} copy />
      </Step>
    </>
  );
};

/** Without a mount of the method there is nothing to sign in to. */
const NoMount = ({ onEnabled }: { readonly onEnabled: () => void }) => {
  const { may } = useSession();
  const { busy, failure, act } = useAct();
  const enable = async (): Promise<void> => {
    if (!(await act(() => post("sys/auth/aws", { type: "aws" })))) return;
    toast(onboard.enabled);
    onEnabled();
  };
  return (
    <>
      <Empty
        action={
          may("sys/auth/aws", "create") && (
            <Button busy={busy} onClick={() => void enable()}>
              {onboard.enable}
            </Button>
          )
        }
      >
        {onboard.noMount}
      </Empty>
      {failure && <Failed failure={failure} />}
    </>
  );
};

const Onboard: PageComponent = () => {
  const { authMounts } = useSession();
  const [enabled, setEnabled] = useState(false);
  const listed = authMounts.filter(({ type }) => type === "aws").map(({ path }) => path);
  const mounts = enabled && !listed.includes("aws/") ? [...listed, "aws/"] : listed;
  const [chosen, setChosen] = useState<string>();
  const mount = chosen ?? mounts[0];
  const [typed, setTyped] = useNames();
  const names = trimmed(typed);
  return (
    <Page title={onboard.title}>
      <p class="muted">{onboard.about}</p>
      {mount === undefined ? (
        <NoMount onEnabled={() => setEnabled(true)} />
      ) : (
        <>
          <Section title={onboard.names}>
            <p class="muted">{onboard.namesAbout}</p>
            <NameFields names={typed} onChange={setTyped} mounts={mounts} mount={mount} onMount={setChosen} />
          </Section>
          {complete(names) ? <Steps names={names} mount={mount} /> : <Empty>{onboard.missing}</Empty>}
        </>
      )}
    </Page>
  );
};

export default Onboard;
