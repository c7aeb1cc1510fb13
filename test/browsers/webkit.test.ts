import { STORIES } from "./stories/index.ts";
import { WEBKIT } from "./support/engines.ts";
import { tellIn } from "./support/suite.ts";

tellIn(WEBKIT, STORIES);
