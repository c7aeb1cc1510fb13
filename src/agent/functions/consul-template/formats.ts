import {
  ANY,
  func1,
  type Room,
  STRING,
  type TemplateFunction,
  unrunnable,
  type Value,
} from "../../../go-template/index.ts";
import { type JsonStyle, readJson, writeJson } from "../formats/json.ts";
import { writeToml } from "../formats/toml.ts";
import { readYaml } from "../formats/yaml-read.ts";
import { writeYaml } from "../formats/yaml-write.ts";
import { trimSpace } from "../go/text.ts";
import type { Libraries } from "../libraries.ts";

/** consul-template's functions of JSON, YAML and TOML. */

const writer = (style: JsonStyle): TemplateFunction => func1(ANY, (value, room) => writeJson(value, style, room));

const trimmed = (write: (value: Value, room: Room) => string): TemplateFunction =>
  func1(ANY, (value, room) => trimSpace(write(value, room)));

export const FORMATS: Readonly<Record<string, TemplateFunction>> = {
  parseJSON: func1(STRING, (text, room) => (text === "" ? new Map() : readJson(text, room))),
  toJSON: writer({ html: true, pretty: false }),
  toJSONPretty: writer({ html: true, pretty: true }),
  toUnescapedJSON: writer({ html: false, pretty: false }),
  toUnescapedJSONPretty: writer({ html: false, pretty: true }),
  toTOML: trimmed(writeToml),
  toYAML: trimmed(writeYaml),
};

export const parseYaml = ({ yaml }: Libraries): TemplateFunction =>
  func1(STRING, (text, room) => {
    if (text === "") return new Map();
    return readYaml(yaml ?? unrunnable("YAML is not loaded"), text, room);
  });
