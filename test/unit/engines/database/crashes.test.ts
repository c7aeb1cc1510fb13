import { describe } from "@jest/globals";
import { describeMariadb } from "../../../support/mariadb-suite.ts";
import { describeRedis } from "../../../support/redis.ts";
import { crashCases } from "./support/crash-cases.ts";
import { mariadbTarget, mongoTarget, postgresTarget, redisTarget } from "./support/target.ts";

describe("PostgreSQL", () => crashCases(postgresTarget));
describeMariadb("MariaDB", () => crashCases(mariadbTarget));
describeRedis("Redis", () => crashCases(redisTarget));
describe("MongoDB's protocol", () => crashCases(mongoTarget));
