import { randomUUID } from "node:crypto";
import { ConfigurationError } from "../index.js";
import type { RecordStore } from "../index.js";
import { keepTrying, longTrialMs, shortTrialMs } from "./keep-trying.js";

/** A connection of `ioredis` (`new Redis()`) or of `redis` (`createClient()`, connected). */
export type RedisConnection =
  | {
      /** Sends a command, as ioredis does. */
      call(command: string, ...parameters: string[]): Promise<unknown>;
    }
  | {
      /** Sends a command, as node-redis does. */
      sendCommand(parameters: string[]): Promise<unknown>;
    };

/** The options of a store of records in Redis. */
export interface RedisStoreOptions {
  /** The beginning of the key of each record. @default "tensorslab-images:record:" */
  prefix?: string | undefined;
}

// A record is a hash of one key, so that a cluster can hold it. `claim` names who claimed it last: a connection that
// broke may send a claim twice, and the second one must find that the first one was its own.

/** KEYS: the record. ARGV: claim, attempt, state, body; and of the record that was known, if any, attempt and state. */
const claimScript = `
local stored = redis.call("HMGET", KEYS[1], "claim", "attempt", "state")
if stored[1] == ARGV[1] then return 1 end
if #ARGV == 4 then
  if stored[2] then return 0 end
elseif stored[2] ~= ARGV[5] or stored[3] ~= ARGV[6] then
  return 0
end
redis.call("HSET", KEYS[1], "claim", ARGV[1], "attempt", ARGV[2], "state", ARGV[3], "body", ARGV[4])
return 1`;

/** KEYS: the record. ARGV: attempt, state, body. */
const writeScript = `
local attempt = redis.call("HGET", KEYS[1], "attempt")
if attempt and tonumber(attempt) > tonumber(ARGV[1]) then return 0 end
redis.call("HSET", KEYS[1], "attempt", ARGV[1], "state", ARGV[2], "body", ARGV[3])
return 1`;

/**
 * Creates a store that keeps each record in a hash of Redis; the server compares and sets.
 *
 * Redis must not lose what it has confirmed: `appendonly yes`, `appendfsync always`, `maxmemory-policy noeviction`, and no
 * failover to a replica. Otherwise an intent can get lost, and its images are paid for twice.
 *
 * @throws {ConfigurationError} The connection or an option is invalid.
 * @example
 * import { Redis } from "ioredis";
 * import { createRedisStore } from "tensorslab-images/bullmq";
 *
 * const records = createRedisStore(new Redis("redis://127.0.0.1:6379"));
 */
export function createRedisStore(connection: RedisConnection, options: RedisStoreOptions = {}): RecordStore {
  const { prefix = "tensorslab-images:record:" } = options;
  if (typeof prefix !== "string") throw new ConfigurationError("createRedisStore: `prefix` must be text");
  const send = createSend(connection);
  const evaluate = (script: string, id: string, ...values: string[]) =>
    send(["EVAL", script, "1", `${prefix}${id}`, ...values]);

  return {
    async read(id) {
      const body = await keepTrying(shortTrialMs, () => send(["HGET", `${prefix}${id}`, "body"]));
      return body === null || body === undefined ? undefined : (JSON.parse(String(body)) as unknown);
    },
    async write(record) {
      const { id, attempt, state } = record;
      const body = JSON.stringify(record);
      await keepTrying(longTrialMs, () => evaluate(writeScript, id, `${attempt}`, state, body));
    },
    async claim(record, previous) {
      const { id, attempt, state } = record;
      const known = previous ? [`${previous.attempt}`, previous.state] : [];
      const values = [randomUUID(), `${attempt}`, state, JSON.stringify(record), ...known];
      return Number(await keepTrying(shortTrialMs, () => evaluate(claimScript, id, ...values))) === 1;
    },
  };
}

/** ioredis has a `sendCommand` too, which takes something else. */
function createSend(connection: RedisConnection): (parameters: string[]) => Promise<unknown> {
  if (typeof (connection as { call?: unknown } | undefined)?.call === "function") {
    const { call } = connection as Extract<RedisConnection, { call: unknown }>;
    return ([command = "", ...parameters]) => call.call(connection, command, ...parameters);
  }
  if (typeof (connection as { sendCommand?: unknown } | undefined)?.sendCommand === "function") {
    const { sendCommand } = connection as Extract<RedisConnection, { sendCommand: unknown }>;
    return (parameters) => sendCommand.call(connection, parameters);
  }
  throw new ConfigurationError(
    "createRedisStore: `connection` must be a connection of ioredis, such as `new Redis(url)`, or of node-redis",
  );
}
