import deleteItem from "dynalite/actions/deleteItem.js";
import getItem from "dynalite/actions/getItem.js";
import putItem from "dynalite/actions/putItem.js";
import query from "dynalite/actions/query.js";
import scan from "dynalite/actions/scan.js";
import updateItem from "dynalite/actions/updateItem.js";
import type { Expression, Refusal, Store, Update } from "dynalite/db/index.js";
import batchGetItemRules from "dynalite/validations/batchGetItem.js";
import batchWriteItemRules from "dynalite/validations/batchWriteItem.js";
import createTableRules from "dynalite/validations/createTable.js";
import deleteItemRules from "dynalite/validations/deleteItem.js";
import deleteTableRules from "dynalite/validations/deleteTable.js";
import describeTableRules from "dynalite/validations/describeTable.js";
import getItemRules from "dynalite/validations/getItem.js";
import validations from "dynalite/validations/index.js";
import listTablesRules from "dynalite/validations/listTables.js";
import putItemRules from "dynalite/validations/putItem.js";
import queryRules from "dynalite/validations/query.js";
import scanRules from "dynalite/validations/scan.js";
import updateItemRules from "dynalite/validations/updateItem.js";
import updateTableRules from "dynalite/validations/updateTable.js";
import { DynamoError } from "./errors.ts";

/**
 * The border to dynalite: its request validation, expression parser and item semantics, called directly, without its
 * HTTP server and without its storage. It trusts nothing that comes back: refusals become `DynamoError`, everything
 * else stays an error. Nothing outside this file and `level.ts` may import dynalite's code.
 */

export const MAX_ITEM_BYTES = 400 * 1024;

const OPTIONS = { maxItemSize: MAX_ITEM_BYTES, createTableMs: 0, updateTableMs: 0 };

const RULES = {
  batchGetItem: batchGetItemRules,
  batchWriteItem: batchWriteItemRules,
  createTable: createTableRules,
  deleteItem: deleteItemRules,
  deleteTable: deleteTableRules,
  describeTable: describeTableRules,
  getItem: getItemRules,
  listTables: listTablesRules,
  putItem: putItemRules,
  query: queryRules,
  scan: scanRules,
  updateItem: updateItemRules,
  updateTable: updateTableRules,
};

const ACTIONS = { deleteItem, getItem, putItem, query, scan, updateItem };

/** A request body after validation: unknown members gone, expressions parsed. */
export type Checked = Record<string, unknown>;
export type ActionName = keyof typeof ACTIONS;

const isRefusal = (error: unknown): error is Refusal =>
  error instanceof Error && "statusCode" in error && "body" in error && typeof error.statusCode === "number";

/** Dynalite's refusal in this folder's form; any other error as it is. */
export const translated = (error: unknown): unknown => {
  if (!isRefusal(error)) return error;
  const { __type, ...rest } = error.body;
  return new DynamoError(__type, rest.message ?? rest.Message ?? "", rest, error.statusCode);
};

/** Checks a request body as the service would; does not change it. Throws `DynamoError`. */
export const check = (operation: keyof typeof RULES, body: object): Checked => {
  const { types, custom } = RULES[operation];
  try {
    const data = validations.checkTypes({ ...body }, types);
    validations.checkValidations(data, types, custom, { options: OPTIONS });
    return data;
  } catch (error) {
    throw translated(error);
  }
};

/** A request's parsed condition and update expressions, and the request without them. */
export const parsed = (
  data: Checked,
): { condition: Expression | undefined; update: Update | undefined; rest: Checked } => {
  const { _condition, _updates, ...rest } = data;
  // Set by dynalite's parser in `check`; a caller's own members of these names were dropped there.
  const condition = _condition as { expression: Expression } | undefined;
  const update = _updates as Update | undefined;
  return { condition: condition?.expression, update, rest };
};

/** Runs one of dynalite's item operations against a view of the storage. Throws `DynamoError`. */
export const run = (action: ActionName, view: Omit<Store, "options">, data: Checked): Promise<Checked> =>
  new Promise((resolve, reject) => {
    ACTIONS[action]({ ...view, options: OPTIONS }, data, (error, value) => {
      if (error) reject(translated(error));
      else resolve(typeof value === "object" && value !== null ? { ...value } : {});
    });
  });
