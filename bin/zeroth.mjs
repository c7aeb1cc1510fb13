#!/usr/bin/env node
import { register } from "tsx/esm/api";

/** `npx zeroth`: the command line, from the sources, on plain Node. */

register();
await import("./zeroth.ts");
