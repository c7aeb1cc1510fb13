import { LOOKS } from "./looks.ts";
import { OPERATORS } from "./operators.ts";
import { SECRETS } from "./secrets.ts";
import { SESSION } from "./session.ts";
import { SHARE } from "./share.ts";

/** All stories, in the order of a day: who comes in, what they do, how it looks. */
export const STORIES = [...SESSION, ...SECRETS, ...SHARE, ...OPERATORS, ...LOOKS];
