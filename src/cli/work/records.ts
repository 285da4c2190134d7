import { readRecord } from "../../index.js";
import type { GenerationRecord } from "../../index.js";
import { createFolderStore } from "../../node/index.js";
import { exitStatus } from "../exit-status.js";
import { listRecords } from "../generation/folder.js";
import { urlsExpireAt, warnOfExpiry } from "../generation/url-expiry.js";
import type { Invocation } from "../invocation.js";
import type { Result } from "../terminal/output.js";

interface Flags {
  state?: GenerationRecord["state"];
}

/** `records FOLDER`: shows what is known of each generation. */
export async function records({ words, flags, progress, signal }: Invocation<Flags>): Promise<Result> {
  const [folder = ""] = words;
  const store = createFolderStore(folder);
  const found: (GenerationRecord & { path: string })[] = [];
  const problems: { id: string; message: string }[] = [];
  const all: GenerationRecord[] = [];
  for (const id of await listRecords(store)) {
    signal.throwIfAborted();
    try {
      const record = await readRecord(store, id);
      if (!record) continue;
      all.push(record);
      if (flags.state === undefined || stateOf(record) === flags.state || record.state === flags.state) {
        found.push({ ...record, path: store.pathOf(id) });
      }
    } catch (error) {
      const { message } = error as Error;
      problems.push({ id, message });
      progress.warn(`${id}: ${message}`);
    }
  }
  const warning = warnOfExpiry(all);
  if (warning !== undefined) progress.warn(warning);
  const firstVersion = all.filter(({ version }) => version === 1).length;
  if (firstVersion > 0) {
    progress.note(
      `${firstVersion} of the records are of version 1; they are written as version 2 when they change`,
    );
  }
  return {
    lines: found.map((record) =>
      [record.id, stateOf(record), record.taskid ?? "-", record.updatedAt].join("\t"),
    ),
    data: { folder, records: found.map(describe), problems },
    exitCode: exitStatus(problems.length > 0 ? "other" : "done"),
  };
}

/** The state as an operator needs it: an intent that has expired has an unknown outcome. */
function stateOf({ state, expiresAt }: GenerationRecord): GenerationRecord["state"] {
  return state === "intent" && Date.parse(expiresAt!) <= Date.now() ? "unknown" : state;
}

function describe(record: GenerationRecord & { path: string }): Record<string, unknown> {
  return { ...record, state: stateOf(record), urlsExpireAt: urlsExpireAt(record)?.toISOString() };
}
