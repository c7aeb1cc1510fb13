import type { ApiAnswer, ApiRequest } from "../protocol.ts";
import { askApi } from "./port.ts";

/**
 * The calls that tell who is signed in and what they may. The first ones are made before the page's other scripts are
 * there (`../begin.ts`), so this imports nothing that reads an answer. An answer is handed out once: whoever asks later
 * asks the server.
 */

export interface Asked {
  readonly request: ApiRequest;
  readonly coming: Promise<ApiAnswer>;
}

interface Standing {
  readonly mounts: Asked;
  readonly acl: Asked;
  readonly lookup: Asked;
}

const asked = (path: string): Asked => {
  const request: ApiRequest = { method: "GET", path };
  return { request, coming: askApi(request) };
};

const ask = (): Standing => ({
  mounts: asked("sys/internal/ui/mounts"),
  acl: asked("sys/internal/ui/resultant-acl"),
  lookup: asked("auth/token/lookup-self"),
});

let early: Standing | undefined;

/** Once. */
export const askEarly = (): void => {
  early = ask();
};

export const askStanding = (): Standing => {
  const standing = early ?? ask();
  early = undefined;
  return standing;
};
