import { RecordBusyError } from "../../../../src/index.js";
import { createFolderStore } from "../../../../src/node/index.js";

// Takes the lock of each folder that the parent names, if it is free, and holds it until the parent says so.

let release: (() => void) | undefined;

process.on("message", ({ folder, at }: { folder?: string; at?: number }) => {
  if (folder === undefined) release?.();
  else void take(folder, at ?? 0);
});

async function take(folder: string, at: number): Promise<void> {
  while (Date.now() < at); // the other process starts in the same millisecond
  try {
    await createFolderStore(folder).runAlone(async () => {
      process.send!("held");
      await new Promise<void>((resolve) => (release = resolve));
    });
    process.send!("released");
  } catch (error) {
    process.send!(error instanceof RecordBusyError ? "busy" : String(error));
  }
}
