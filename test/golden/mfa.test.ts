import { playAreas } from "./play.ts";

playAreas(["mfa"]);
