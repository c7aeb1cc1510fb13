import { describe } from "@jest/globals";
import { describeRedis } from "../../../support/redis.ts";
import { crashCases } from "./support/crash-cases.ts";
import { mongoTarget, postgresTarget, redisTarget } from "./support/target.ts";

describe("PostgreSQL", () => crashCases(postgresTarget));
describeRedis("Redis", () => crashCases(redisTarget));
describe("MongoDB's protocol", () => crashCases(mongoTarget));
