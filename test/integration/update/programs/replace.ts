import promises from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";

// Replaces files, or undoes that, and kills itself with SIGKILL before its nth step on the disk.

const [project, files, action, fatalStep] = process.argv.slice(2) as [string, string, string, string];
let step = 0;
for (const name of ["mkdir", "open", "readFile", "readdir", "rename", "rm"] as const) {
  const original = promises[name] as (...parameters: unknown[]) => unknown;
  const counted = (...parameters: unknown[]): unknown => {
    if (++step === Number(fatalStep)) process.kill(process.pid, "SIGKILL");
    return original(...parameters);
  };
  Object.assign(promises, { [name]: counted });
}
syncBuiltinESMExports();

const { finish, replaceFiles, undoInterrupted } =
  await import("../../../../scripts/update/transaction/transaction.js");
if (action === "undo") await undoInterrupted(project);
else {
  await replaceFiles(project, new Map(Object.entries(JSON.parse(files) as Record<string, string>)));
  await finish(project);
}
