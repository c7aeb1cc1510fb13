/** A file of its own, so that the client is a chunk loaded when it is first needed, without the commands not used. */
export { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
