import type { BatchGetItemCommand, DynamoDb } from "../../src/aws-clients/dynamodb.ts";

/**
 * A table that answers at once with what it answered before: the calls of one request are recorded over the embedded
 * table, and from then on the same request meets the same answers, whatever it writes. So what is measured is the
 * program and the SDK, and neither the table nor its growth.
 */

/** The SDK's commands by name: those of the copy that the client is from. */
export type Commands = Readonly<Record<string, new (input: never) => unknown>>;

/** The calls of one request, in their order. */
export interface Recording {
  readonly operations: readonly string[];
  /** Sends the same calls by the same client, and does nothing with the answers. */
  readonly bare: () => Promise<void>;
  /** Runs what makes these calls. Throws when it makes others. */
  readonly play: <T>(work: () => Promise<T>) => Promise<T>;
}

type Handle = DynamoDb["config"]["requestHandler"]["handle"];

const operationOf = ({ headers }: Parameters<Handle>[0]): string => (headers["x-amz-target"] ?? "").split(".")[1] ?? "";

/** Comes between a client and its table; to be called before the client is used. */
export const freezeTable = (client: DynamoDb, commands: Commands) => {
  const live = client.config.requestHandler;
  const pass: Handle = (request, options) => live.handle(request, options);
  let handle = pass;
  let seen: BatchGetItemCommand[] | undefined;
  client.config.requestHandler = { ...live, handle: (request, options) => handle(request, options) };
  client.middlewareStack.add(
    (next, context) => (args) => {
      const Command = commands[String(context["commandName"])];
      if (!Command) throw new Error(`${String(context["commandName"])} cannot be replayed`);
      // What the client was given for this very command; all commands are sent alike.
      seen?.push(new Command(args.input as never) as BatchGetItemCommand);
      return next(args);
    },
    { step: "initialize", name: "record" },
  );

  /** Runs `work` over the table itself and records its calls. */
  const record = async (work: () => Promise<unknown>): Promise<Recording> => {
    const answers: { readonly operation: string; readonly answer: Awaited<ReturnType<Handle>> }[] = [];
    const made: BatchGetItemCommand[] = [];
    seen = made;
    handle = async (request, options) => {
      const answer = await pass(request, options);
      answers.push({ operation: operationOf(request), answer });
      return answer;
    };
    await work();
    seen = undefined;
    handle = pass;

    const play = async <T>(run: () => Promise<T>): Promise<T> => {
      let at = 0;
      handle = async (request) => {
        const next = answers[at++];
        if (next?.operation === operationOf(request)) return next.answer;
        throw new Error(`call ${at} is ${operationOf(request)}, and was ${next?.operation ?? "none"}`);
      };
      const result = await run();
      handle = pass;
      return result;
    };
    const sendAll = async (): Promise<void> => {
      for (const command of made) await client.send(command);
    };
    return { operations: answers.map(({ operation }) => operation), play, bare: () => play(sendAll) };
  };
  return { record };
};
