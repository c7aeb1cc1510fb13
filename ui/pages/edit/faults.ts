import type { JsonFault } from "../../client/json-tree.ts";
import { edit } from "../../texts/edit.ts";
import { marksOf } from "./marks.ts";
import type { FieldFault } from "./model.ts";

/** Faults and marks of values in words. */

export const jsonFaultText = ({ fault, line, column }: JsonFault): string =>
  edit.at(line, column, edit.jsonFaults[fault]);

export const faultText = (fault: FieldFault): string =>
  fault.is === "json" ? jsonFaultText(fault.fault) : edit.faults[fault.is];

/** What a value holds that cannot be seen; empty where there is nothing of the kind. */
export const marksText = (value: string): string => {
  const marks = marksOf(value).map(({ is, count, codes }) => edit.marks[is](count, codes));
  return marks.length > 0 ? edit.contains(marks) : "";
};
