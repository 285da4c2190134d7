import { parseArgs } from "node:util";
import { footprint } from "./footprint.js";
import { observe } from "./observe.js";
import { quickPeers, workloads } from "./workloads.js";

/** Everything that is measured, in this order. */
export const everything = [...workloads, observe, footprint];

export const names = everything.map(({ name }) => name);
/** Some clients are there for some kinds of work only. */
const knownPeers = [...new Set(everything.flatMap(({ peers }) => peers))];

export const usage = `npm run bench                        # everything
npm run bench -- --quick             # the short form
npm run bench -- --only=<work>,…     # ${names.join(", ")}
npm run bench -- --peers=<client>,…  # ${knownPeers.join(", ")}
npm run bench -- --rounds=<most>     # at most so many rounds of each kind
npm run bench -- --save              # also write results.json, the page and the chart`;

/**
 * Reads the command line.
 *
 * @throws {Error} naming the word that is wrong.
 */
export function readFlags(words: string[]) {
  const { values } = parseArgs({
    args: words,
    options: {
      help: { type: "boolean", short: "h", default: false },
      quick: { type: "boolean", default: false },
      save: { type: "boolean", default: false },
      only: { type: "string" },
      peers: { type: "string" },
      rounds: { type: "string" },
    },
  });
  const mostRounds = Number(values.rounds ?? Number.MAX_SAFE_INTEGER);
  if (!Number.isInteger(mostRounds) || mostRounds < 1) {
    throw new Error("`--rounds` must be a whole number above 0");
  }
  return {
    ...values,
    mostRounds,
    only: listOf(values.only, names, "kind of work"),
    chosenPeers: listOf(values.peers, knownPeers, "client") ?? (values.quick ? quickPeers : undefined),
  };
}

function listOf(given: string | undefined, known: readonly string[], kind: string): string[] | undefined {
  const list = given?.split(",");
  const unknown = list?.find((name) => !known.includes(name));
  if (unknown === undefined) return list;
  throw new Error(`Unknown ${kind} \`${unknown}\`. Available: ${known.join(", ")}`);
}
