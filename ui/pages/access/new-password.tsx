import { useState } from "preact/hooks";
import { type Failure, post } from "../../client/api.ts";
import { Failed } from "../../client/denied.tsx";
import { generatePassword } from "../../client/generate.ts";
import { useSession } from "../../client/session.ts";
import { useAct } from "../../client/use-act.ts";
import { Button, FormDialog, Select, toast } from "../../kit/index.ts";
import { access } from "../../texts/access.ts";
import type { WholePerson } from "./directory.ts";
import { passwordProblem } from "./new-person.ts";
import { PasswordField } from "./password-field.tsx";
import { type PasswordLink, ShownLink, wrapPassword } from "./password-link.tsx";

/** A new password for a user of `userpass`, and a link that shows it once. */

interface Of {
  readonly name: string;
  /** With its slash at the end, without `auth/`. */
  readonly mount: string;
}

export const PasswordDialog = ({ name, mount, onClose }: Of & { readonly onClose: () => void }) => {
  const [password, setPassword] = useState(generatePassword);
  const [ttl, setTtl] = useState("24h");
  const { busy, failure, act } = useAct();
  const [isSet, setIsSet] = useState(false);
  const [link, setLink] = useState<PasswordLink>();
  const [tried, setTried] = useState(false);
  const wrong = passwordProblem(password);
  const setAndWrap = async (): Promise<PasswordLink | Failure> => {
    if (!isSet) {
      const answer = await post(`auth/${mount}users/${name}/password`, { password });
      if (!answer.ok) return answer;
      toast(access.password.set(name));
      setIsSet(true);
    }
    return wrapPassword({ name, mount, password }, ttl);
  };
  const submit = async (): Promise<void> => {
    setTried(true);
    if (!wrong) setLink(await act(setAndWrap));
  };
  const title = access.person.passwordFor(name);
  if (link) return <ShownLink title={title} link={link} onClose={onClose} />;
  return (
    <FormDialog title={title} action={access.password.submit} busy={busy} onSubmit={submit} onClose={onClose}>
      <PasswordField
        label={access.password.label}
        value={password}
        onInput={(given) => {
          setPassword(given);
          setIsSet(false);
        }}
        error={tried && wrong ? access.newPerson[wrong] : undefined}
      />
      <Select label={access.newPerson.link} value={ttl} onChange={setTtl} options={access.newPerson.links} />
      {failure && <Failed failure={failure} />}
    </FormDialog>
  );
};

/** A button for each name that has a password here. */
export const NewPassword = ({ person }: { readonly person: WholePerson }) => {
  const { may } = useSession();
  const [chosen, setChosen] = useState<Of>();
  const names = person.aliases
    .filter(({ mountType }) => mountType === "userpass")
    .map(({ name, mountPath }) => ({ name, mount: mountPath.replace(/^auth\//, "") }))
    .filter(({ name, mount }) => may(`auth/${mount}users/${name}/password`, "update"));
  if (names.length === 0) return null;
  return (
    <>
      {names.map((one) => (
        <Button key={one.mount + one.name} onClick={() => setChosen(one)}>
          {names.length === 1 ? access.person.password : access.person.passwordFor(`${one.mount}${one.name}`)}
        </Button>
      ))}
      {chosen && <PasswordDialog {...chosen} onClose={() => setChosen(undefined)} />}
    </>
  );
};
