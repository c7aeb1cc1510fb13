import { useState } from "preact/hooks";
import type { Failure } from "../../client/api.ts";
import { Failed } from "../../client/denied.tsx";
import { generatePassword } from "../../client/generate.ts";
import { useSession } from "../../client/session.ts";
import { useLoaded } from "../../client/use-loaded.ts";
import { FormDialog, Note, Select, TextField } from "../../kit/index.ts";
import { access } from "../../texts/access.ts";
import { ChosenField } from "./chosen-field.tsx";
import { type AuthMount, type Group, readPolicyNames } from "./directory.ts";
import { addPerson, NOTHING_DONE, nameProblem, passwordProblem } from "./new-person.ts";
import { PasswordField } from "./password-field.tsx";
import { type PasswordLink, ShownLink, wrapPassword } from "./password-link.tsx";

/** A new person: a name, a first password nobody has to say aloud, policies, groups; at the end a link to hand over. */

const words = access.newPerson;

interface AddPersonProps {
  /** At least one. */
  readonly mounts: readonly AuthMount[];
  readonly groups: readonly Group[];
  readonly onClose: () => void;
}

type Problem = Failure | "taken";

const nameErrorOf = (name: string, tried: boolean, problem: Problem | undefined): string | undefined => {
  if (problem === "taken") return words.taken;
  const wrong = tried ? nameProblem(name) : undefined;
  return wrong && (wrong === "missing" ? words.missing : words.badName);
};

const Stopped = ({ problem, begun }: { readonly problem: Problem | undefined; readonly begun: boolean }) => {
  if (!problem || problem === "taken") return null;
  return (
    <>
      {begun && <Note kind="warn">{words.partly}</Note>}
      <Failed failure={problem} />
    </>
  );
};

export const AddPerson = ({ mounts, groups, onClose }: AddPersonProps) => {
  const { may } = useSession();
  const [path, setPath] = useState(mounts[0]?.path ?? "");
  const [name, setName] = useState("");
  const [password, setPassword] = useState(generatePassword);
  const [policies, setPolicies] = useState<readonly string[]>([]);
  const [joined, setJoined] = useState<readonly string[]>([]);
  const [ttl, setTtl] = useState("24h");
  const [progress, setProgress] = useState(NOTHING_DONE);
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const [link, setLink] = useState<PasswordLink>();
  const policyNames = useLoaded(readPolicyNames).value ?? [];

  const mount = mounts.find((one) => one.path === path);
  if (!mount) return null;
  const joinable = groups.filter(({ id, external }) => !external && may(`identity/group/id/${id}`, "update"));
  const mayJoin = may("identity/entity", "update") && may("identity/entity-alias", "update") && joinable.length > 0;
  const mayRead = may(`auth/${path}users/${name || "x"}`, "read");
  const passwordWrong = passwordProblem(password);
  const begun = progress.done.length > 0;

  const submit = async (): Promise<void> => {
    setTried(true);
    if (busy || nameProblem(name) || passwordWrong) return;
    setBusy(true);
    setProblem(undefined);
    const chosen = joinable.filter((group) => joined.includes(group.name));
    const outcome = await addPerson({ mount, name, password, policies, groups: chosen, mayRead }, progress);
    setProgress(outcome.progress);
    if (!outcome.ok) setProblem(outcome.failure);
    else {
      const wrapped = await wrapPassword({ name, mount: path, password }, ttl);
      if ("ok" in wrapped) setProblem(wrapped);
      else setLink(wrapped);
    }
    setBusy(false);
  };

  if (link) return <ShownLink title={words.done(name)} link={link} onClose={onClose} />;
  return (
    <FormDialog title={words.title} action={words.submit} busy={busy} onSubmit={submit} onClose={onClose} wide>
      {mounts.length > 1 && (
        <Select
          label={words.mount}
          value={path}
          onChange={setPath}
          options={mounts.map((one) => ({ value: one.path, label: one.path }))}
          disabled={begun}
        />
      )}
      <TextField
        label={words.name}
        value={name}
        onInput={(given) => {
          setName(given.trim());
          setProblem(undefined);
        }}
        hint={words.nameHint}
        error={nameErrorOf(name, tried, problem)}
        disabled={begun}
        foreign
        mono
        autofocus
      />
      {!mayRead && <Note kind="warn">{words.blind}</Note>}
      <PasswordField
        label={words.password}
        value={password}
        onInput={setPassword}
        error={tried && passwordWrong ? words[passwordWrong] : undefined}
      />
      <ChosenField
        label={access.policies}
        hint={access.policiesHint}
        chosen={policies}
        onChange={setPolicies}
        options={policyNames}
        free
      />
      {mayJoin && (
        <ChosenField
          label={words.groups}
          chosen={joined}
          onChange={setJoined}
          options={joinable.map((group) => group.name)}
        />
      )}
      <Select label={words.link} value={ttl} onChange={setTtl} options={words.links} />
      <Stopped problem={problem} begun={begun} />
    </FormDialog>
  );
};
