import { createHash } from "node:crypto";
import type { VaultError } from "../../../framework/index.ts";
import type { RawReply } from "../../../framework/reply.ts";
import { escapeMarkup } from "../../../std/markup.ts";

/**
 * The few pages that a browser sees. Every text that comes from outside is escaped, nothing is loaded from anywhere, and
 * style and script run by their hashes alone. `src/http/encode.ts` keeps pages out of frames.
 */

const STYLE =
  "body{font:16px/1.5 system-ui,sans-serif;max-width:36rem;margin:12vh auto;padding:0 1rem;color:#1a1a1a}" +
  "input,button{font:inherit;padding:.4rem .8rem}input{letter-spacing:.1em}dt{color:#666}dd{margin:0 0 .5rem}" +
  ".bad{color:#a30000}";

/**
 * Tells the page that opened this window, if it is of this server, that the provider's answer is here. Where no page did,
 * the web page went away in this very tab to sign in: it goes on, with the name of the login and no code in its address.
 */
const SCRIPT =
  "const d=document.body.dataset;if(window.opener)window.opener.postMessage(" +
  "{source:'oidc-callback',path:d.path,code:'no_code',state:d.state},window.origin);" +
  "else location.replace('/ui/vault/auth/'+d.path.split('/').map(encodeURIComponent).join('/')+" +
  "'/oidc/callback?'+new URLSearchParams({state:d.state,code:'no_code'}));";

const hashOf = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

const POLICY = `default-src 'none'; style-src ${hashOf(STYLE)}; script-src ${hashOf(SCRIPT)}; base-uri 'none'; form-action 'self'`;

const HEAD = `<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="referrer" content="no-referrer"><meta http-equiv="Content-Security-Policy" content="${escapeMarkup(POLICY)}">`;

/** `body` and `attributes` hold no text from outside that is not escaped. */
const whole = (title: string, body: string, attributes = ""): string =>
  `<!doctype html>\n<html lang="en"><head>${HEAD}<title>${title}</title><style>${STYLE}</style></head><body${attributes}>${body}</body></html>\n`;

export const HTML = "text/html";

export const page = (html: string, status: number): RawReply => ({
  raw: { contentType: HTML, body: Buffer.from(html) },
  status,
});

/** What a caller may know of a failure, as a page. */
export const failedPage = ({ wire = "" }: VaultError): RawReply =>
  page(whole("Login failed", `<h1>Login failed</h1><p class="bad">${escapeMarkup(wire)}</p>`), 400);

export const donePage = (): string =>
  whole("Logged in", "<h1>Logged in</h1><p>The waiting client has its token. You can close this window.</p>");

export interface Confirmation {
  readonly mount: string;
  readonly role: string;
  readonly requester: string;
  readonly state: string;
  readonly code: string;
  readonly wrong: boolean;
}

export const confirmPage = ({ mount, role, requester, state, code, wrong }: Confirmation): string => {
  const hidden = (name: string, value: string): string =>
    `<input type="hidden" name="${name}" value="${escapeMarkup(value)}">`;
  const facts = [
    ["Mount", mount],
    ["Role", role],
    ["Address of the client", requester === "" ? "unknown" : requester],
  ].map(([name = "", value = ""]) => `<dt>${name}</dt><dd>${escapeMarkup(value)}</dd>`);
  return whole(
    "Confirm this login",
    `<h1>Confirm this login</h1><p>A client is waiting to be logged in as you. Go on only if you started it yourself, just now: type the code that it shows. Never type a code that somebody sent you.</p><dl>${facts.join("")}</dl>${wrong ? '<p class="bad">That is not the code.</p>' : ""}<form method="get">${hidden("state", state)}${hidden("code", code)}<label>Code <input name="user_code" autocomplete="off" autofocus required maxlength="20"></label> <button>Log in</button></form>`,
  );
};

/** `mount` ends in a slash. */
export const postedPage = (mount: string, state: string): string =>
  whole(
    "Completing the login",
    `<h1>Completing the login</h1><script>${SCRIPT}</script>`,
    ` data-path="${escapeMarkup(mount.replace(/^auth\/|\/$/g, ""))}" data-state="${escapeMarkup(state)}"`,
  );
