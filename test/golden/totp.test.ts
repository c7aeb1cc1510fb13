import { playAreas } from "./play.ts";

playAreas(["totp"]);
