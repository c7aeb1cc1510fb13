import { playAreas } from "./play.ts";

playAreas(["acl", "capabilities", "identity", "password-policy"]);
