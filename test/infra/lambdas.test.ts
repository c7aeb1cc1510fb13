import { awsStories } from "./lambdas/aws.ts";
import { useBuilt } from "./lambdas/built.ts";
import { certificateStories } from "./lambdas/certificates.ts";
import { challengeStories } from "./lambdas/challenges.ts";
import { databaseStories } from "./lambdas/databases.ts";
import { endStories } from "./lambdas/ends.ts";
import { failureStories } from "./lambdas/failures.ts";
import { hostStories } from "./lambdas/hosts.ts";
import { identityStories } from "./lambdas/identity.ts";
import { keyStories } from "./lambdas/keys.ts";
import { loginStories } from "./lambdas/logins.ts";
import { orderStories } from "./lambdas/orders.ts";
import { rightStories } from "./lambdas/rights.ts";
import { routingStories } from "./lambdas/routing.ts";
import { secretStories } from "./lambdas/secrets.ts";
import { startStories } from "./lambdas/start.ts";

/**
 * The built functions themselves, as their assets hold them, answering recorded events over the embedded AWS. They are
 * deployed once for all stories, which are told in this order: later ones find what earlier ones left.
 */

const built = useBuilt();

startStories(built);
orderStories(built);
loginStories(built);
secretStories(built);
certificateStories(built);
routingStories(built);
databaseStories(built);
identityStories(built);
hostStories(built);
keyStories(built);
challengeStories(built);
awsStories(built);
failureStories(built);
endStories(built);
rightStories(built);
