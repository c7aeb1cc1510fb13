import { type JsonObject, post } from "../../client/api.ts";
import { Failed } from "../../client/denied.tsx";
import { momentIn, numberIn, objectIn, textsIn, trueIn } from "../../client/read-json.ts";
import { useSession } from "../../client/session.ts";
import { useAct } from "../../client/use-act.ts";
import { useApi } from "../../client/use-api.ts";
import { PolicyName } from "../../client/why.tsx";
import { Button, durationText, Fact, Facts, Loading, Note, Section, toast, useNow } from "../../kit/index.ts";
import { me } from "../../texts/me.ts";
import { Groups } from "./groups.tsx";

/** The token of this session, without the token: whose it is, how long it lasts, what it carries. */

const PolicyNames = ({ names }: { readonly names: readonly string[] }) => (
  <span class="tags">
    {names.map((name) => (
      <span class="tag" key={name}>
        <PolicyName name={name} />
      </span>
    ))}
  </span>
);

const EntityGroups = ({ id }: { readonly id: string }) => {
  const { answer } = useApi({ method: "GET", path: `identity/entity/id/${id}` });
  if (!answer?.ok) return null;
  return (
    <Fact name={me.groups}>
      <Groups entity={answer.data} />
    </Fact>
  );
};

const Left = ({ token }: { readonly token: JsonObject }) => {
  const now = useNow(1_000);
  const endsAt = momentIn(token, "expire_time");
  return <>{endsAt === undefined ? me.never : me.ends(durationText((endsAt - now) / 1_000))}</>;
};

export const SessionFacts = () => {
  const { who, may } = useSession();
  const { answer, again } = useApi({ method: "GET", path: "auth/token/lookup-self" });
  const { busy, failure, act } = useAct();
  if (!answer) return <Loading />;
  if (!answer.ok) return <Failed failure={answer} again={again} />;
  const token = answer.data;
  const renew = async (): Promise<void> => {
    const renewed = await act(() => post("auth/token/renew-self"));
    if (!renewed) return;
    toast(me.renewed(durationText(numberIn(objectIn(renewed.json, "auth"), "lease_duration"))));
    again();
  };
  const uses = numberIn(token, "num_uses");
  const identity = textsIn(token, "identity_policies");
  const mayRenew = trueIn(token, "renewable") && may("auth/token/renew-self", "update");
  return (
    <Section
      title={me.session}
      actions={
        mayRenew && (
          <Button icon="refresh" busy={busy} onClick={() => void renew()}>
            {me.renew}
          </Button>
        )
      }
    >
      {failure && <Failed failure={failure} />}
      {uses > 0 && <Note kind="warn">{me.usesWarning}</Note>}
      <Facts>
        <Fact name={me.name}>{who.name}</Fact>
        {who.mount !== "" && (
          <Fact name={me.mount}>
            <code>{who.mount}</code>
          </Fact>
        )}
        <Fact name={me.left}>
          <Left token={token} />
        </Fact>
        {uses > 0 && <Fact name={me.uses}>{uses}</Fact>}
        <Fact name={me.policies}>
          <PolicyNames names={textsIn(token, "policies")} />
        </Fact>
        {identity.length > 0 && (
          <Fact name={me.identityPolicies}>
            <PolicyNames names={identity} />
          </Fact>
        )}
        {who.entityId !== "" && (
          <Fact name={me.entity}>
            <code>{who.entityId}</code>
          </Fact>
        )}
        {who.entityId !== "" && <EntityGroups id={who.entityId} />}
      </Facts>
    </Section>
  );
};
