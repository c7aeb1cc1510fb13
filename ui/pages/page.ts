import type { ComponentType } from "preact";
import type { Place } from "../routes.ts";

export interface PageProps {
  readonly place: Place;
}

export type PageComponent = ComponentType<PageProps>;
