import { useState } from "preact/hooks";
import { get, list } from "../../client/api.ts";
import { readEach } from "../../client/few-at-a-time.ts";
import { textIn, textsIn } from "../../client/read-json.ts";
import { type Session, useSession } from "../../client/session.ts";
import { Button, Fact, Facts, Loading, Section, Visible } from "../../kit/index.ts";
import { policies } from "../../texts/policies.ts";

/** Groups, people and roles that have a policy. The API has no such question, so they are read one by one, when asked. */

const MOST = 200;

interface Holder {
  readonly kind: string;
  readonly name: string;
}

interface Kind {
  readonly kind: string;
  /** Lists the names, and answers for each. */
  readonly folder: string;
  readonly members: readonly string[];
}

const kindsFor = ({ authMounts }: Session): readonly Kind[] => [
  { kind: policies.holdersGroup, folder: "identity/group/name", members: ["policies"] },
  { kind: policies.holdersPerson, folder: "identity/entity/name", members: ["policies"] },
  ...authMounts.flatMap(({ path }) =>
    ["role", "users", "groups"].map((room) => ({
      kind: `auth/${path}${room}`,
      folder: `auth/${path}${room}`,
      members: ["token_policies", "policies"],
    })),
  ),
];

interface Looked {
  readonly holders: readonly Holder[];
  readonly cut: boolean;
}

const lookAt = async (policy: string, { kind, folder, members }: Kind): Promise<Looked> => {
  const names = await list(folder);
  if (!names.ok) return { holders: [], cut: false };
  const keys = textsIn(names.data, "keys");
  const holders = await readEach(keys.slice(0, MOST), async (key): Promise<readonly Holder[]> => {
    const { ok, data } = await get(`${folder}/${key}`);
    const has = ok && members.some((member) => textsIn(data, member).includes(policy));
    return has ? [{ kind, name: textIn(data, "name") || key }] : [];
  });
  return { holders: holders.flat(), cut: keys.length > MOST };
};

export const Holders = ({ name }: { readonly name: string }) => {
  const session = useSession();
  const [looked, setLooked] = useState<Looked | "busy" | undefined>(undefined);
  const look = async (): Promise<void> => {
    setLooked("busy");
    const found: Looked[] = [];
    for (const kind of kindsFor(session)) found.push(await lookAt(name, kind));
    setLooked({ holders: found.flatMap(({ holders }) => holders), cut: found.some(({ cut }) => cut) });
  };
  return (
    <Section title={policies.holders}>
      {looked === undefined && (
        <p>
          <Button onClick={() => void look()}>{policies.holdersAsk}</Button>{" "}
          <span class="muted">{policies.holdersHint}</span>
        </p>
      )}
      {looked === "busy" && <Loading />}
      {looked !== undefined && looked !== "busy" && (
        <div aria-live="polite">
          {looked.holders.length === 0 && <p>{policies.holdersNone}</p>}
          <Facts>
            {looked.holders.map(({ kind, name: holder }) => (
              <Fact key={`${kind} ${holder}`} name={kind}>
                <Visible text={holder} />
              </Fact>
            ))}
          </Facts>
          {looked.cut && <p class="muted">{policies.holdersLimit(MOST)}</p>}
        </div>
      )}
    </Section>
  );
};
