import { call, type Failure } from "../../client/api.ts";
import { serverNow } from "../../client/clock.ts";
import { numberIn, objectIn, textIn } from "../../client/read-json.ts";
import { Button, Dialog, durationText, SecretValue } from "../../kit/index.ts";
import { hrefOf } from "../../routes.ts";
import { linkOf } from "../../share/link.ts";
import { access } from "../../texts/access.ts";

/** A link that shows a new password once. It is a secret too: dots until shown. */

export interface PasswordLink {
  readonly href: string;
  /** Seconds it works for. */
  readonly seconds: number;
}

export interface Credential {
  readonly name: string;
  /** With its slash at the end, without `auth/`. */
  readonly mount: string;
  readonly password: string;
}

export const wrapPassword = async (credential: Credential, ttl: string): Promise<PasswordLink | Failure> => {
  const { name, mount, password } = credential;
  const body = JSON.stringify({ address: location.origin, method: mount, name, password });
  const answer = await call({ method: "POST", path: "sys/wrapping/wrap", body, wrapTtl: ttl });
  if (!answer.ok) return answer;
  const wrap = objectIn(answer.json, "wrap_info");
  const seconds = numberIn(wrap, "ttl");
  const end = Math.floor(serverNow() / 1_000) + seconds;
  const fragment = await linkOf(textIn(wrap, "token"), end, undefined, (bytes) => crypto.getRandomValues(bytes));
  return { href: `${location.origin}${hrefOf("open")}#${fragment}`, seconds };
};

interface ShownProps {
  readonly title: string;
  readonly link: PasswordLink;
  readonly onClose: () => void;
}

export const ShownLink = ({ title, link, onClose }: ShownProps) => (
  <Dialog
    title={title}
    onClose={onClose}
    actions={
      <Button kind="primary" onClick={onClose}>
        {access.link.close}
      </Button>
    }
  >
    <p>{access.link.text}</p>
    <SecretValue name={access.link.name} value={link.href} />
    <p class="muted small">{access.link.ends(durationText(link.seconds))}</p>
  </Dialog>
);
