import { appendFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { withLock } from "../../../../scripts/update/transaction/lock.js";

// Works in a project under the lock of updates, and logs when it begins and when it ends.

const [project, log] = process.argv.slice(2) as [string, string];
try {
  await withLock(project, async () => {
    await appendFile(log, "begin\n");
    await delay(20); // what another process would use to come in between
    await appendFile(log, "end\n");
  });
} catch (error) {
  await appendFile(log, `${(error as Error).message}\n`);
}
