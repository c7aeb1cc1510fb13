import { matching, type Name, nameFrom } from "../../ui/client/match.ts";
import { type Figure, figure } from "./figures.ts";
import { microsecondsOf } from "./samples.ts";

/** The search of the web page: one letter more over 10,000 names, which has to be done between two frames. */

const NAMES = 10_000;
/** At 60 frames a second. */
const FRAME_US = 16_667;
const SHOWN = 50;

const nameOf = (index: number): string =>
  `secret/team-${index % 97}/${["staging", "production", "shared"][index % 3]}/service-${index}/database-password`;

/** Everything matches, a part does, and nothing. */
const TYPED = ["e", "password prod", "team-96 service-99", "no such name"];

export const measureNames = (samples: number): readonly Figure[] => {
  const paths = Array.from({ length: NAMES }, (_, index) => nameOf(index));
  const names: readonly Name[] = paths.map(nameFrom);
  const slowest = Math.max(
    ...TYPED.map((typed) => microsecondsOf(() => void matching(names, typed, SHOWN), samples, 3)),
  );
  return [
    figure("search of 10,000 names, a letter more", slowest, "us", FRAME_US),
    figure(
      "search, 10,000 names made ready",
      microsecondsOf(() => void paths.map(nameFrom), samples, 1),
      "us",
    ),
  ];
};
