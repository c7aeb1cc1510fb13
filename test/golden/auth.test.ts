import { playAreas } from "./play.ts";

playAreas(["auth-common", "userpass", "approle"]);
