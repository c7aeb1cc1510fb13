import { STORIES } from "./stories/index.ts";
import { FIREFOX } from "./support/engines.ts";
import { tellIn } from "./support/suite.ts";

tellIn(FIREFOX, STORIES);
