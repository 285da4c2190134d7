import { exitStatus } from "./exit-status.js";
import { reportFailure } from "./failure.js";
import type { Known } from "./failure.js";
import type { Parsed, Work } from "./invocation.js";
import { connect, serviceWords } from "./service/connection.js";
import type { Connection } from "./service/connection.js";
import { openTransport } from "./service/transport.js";
import { showOperations } from "./service/show-operations.js";
import { watchRequests } from "./service/watch-requests.js";
import { shellWords } from "./shell-words.js";
import { listenForInterruption } from "./terminal/interruption.js";
import { writeJson, writeLines } from "./terminal/output.js";
import { createProgress } from "./terminal/progress.js";
import { batch } from "./work/batch.js";
import { download } from "./work/download.js";
import { generate } from "./work/generate.js";
import { mcp } from "./work/mcp.js";
import { mock } from "./work/mock.js";
import { records } from "./work/records.js";
import { resume } from "./work/resume.js";
import { status } from "./work/status.js";
import { submit } from "./work/submit.js";
import { wait } from "./work/wait.js";

/** The flags of each are those of the declaration that has its name. */
const works: Record<string, Work<never>> = {
  batch,
  download,
  generate,
  mcp,
  mock,
  records,
  resume,
  status,
  submit,
  wait,
};

/** Runs a command: progress, Ctrl-C, output, failure, exit status. */
export async function perform(name: string, parsed: Parsed): Promise<void> {
  const { json = false, quiet = false, verbose = false } = parsed.flags;
  const { signal, stopListening } = listenForInterruption();
  const progress = createProgress(quiet);
  const known: Known = {};
  const connections: Connection[] = [];
  try {
    const {
      lines,
      data,
      exitCode = exitStatus("done"),
    } = await (works[name] as Work<object>)({
      ...parsed,
      signal,
      progress,
      known,
      async connect(options = {}) {
        const { mock: isLocal = parsed.flags.mock, wrapFetch = (fetch) => fetch } = options;
        const fetch = watchRequests(wrapFetch(openTransport(isLocal === true)), progress);
        const instrumentation = verbose ? showOperations(progress) : undefined;
        const connection = await connect(parsed.flags, { ...options, fetch, instrumentation });
        connections.push(connection);
        return connection;
      },
      commandFor: (...words) => shellWords(...words, ...serviceWords(parsed.flags)),
    });
    progress.stop();
    if (!json) writeLines(lines);
    else if (data) writeJson({ ok: exitCode === exitStatus("done"), command: name, exitCode, ...data });
    process.exitCode = exitCode;
  } catch (error) {
    progress.stop();
    reportFailure(name, json, error as Error, known);
  } finally {
    stopListening();
    for (const { close } of connections) await close();
  }
}
