import { createHash } from "node:crypto";
import { isFault } from "../lists/row.js";
import type { Fault } from "../lists/row.js";
import type { Job } from "./job.js";

// A list is read twice, and a run may take hours: what is submitted must be what was validated.

/** A few bytes of each row of a list, in order. */
export type RowDigests = number[];

/** Passes the rows of a list on, and notes their digests. */
export async function* noteRows(
  jobs: AsyncIterable<Job | Fault>,
  digests: RowDigests,
): AsyncGenerator<Job | Fault> {
  for await (const job of jobs) {
    digests.push(isFault(job) ? 0 : digestOf(job));
    yield job;
  }
}

/** Passes the rows of a list on that was validated before; throws at the first that is another one now. */
export async function* onlyValidated(
  jobs: AsyncIterable<Job | Fault>,
  digests: Readonly<RowDigests>,
): AsyncGenerator<Job> {
  let row = 0;
  for await (const job of jobs) {
    if (isFault(job) || job.fault || digestOf(job) !== digests[row++])
      throw new Error(
        `Line ${job.line} was changed or added while the list was being processed; it was not submitted, nor was what follows`,
      );
    yield job;
  }
}

const digestOf = ({ id, written }: Job): number =>
  createHash("sha256")
    .update(JSON.stringify([id, written]))
    .digest()
    .readUInt32LE();
