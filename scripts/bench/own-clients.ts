import { createClients } from "../../src/aws-clients/environment.ts";

/** A function that only makes the product's two clients, with all that they are ever asked for. */
const clients = createClients({ region: "us-east-1", environment: process.env });

export const handler = async (): Promise<number> => Object.keys(clients).length;
