import { playAreas } from "./play.ts";

playAreas(["transit"]);
