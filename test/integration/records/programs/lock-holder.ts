import { RecordBusyError } from "../../../../src/index.js";
import { createFolderStore } from "../../../../src/node/index.js";

// Takes the lock of each folder that the parent names, if it is free, and holds it until the parent says so; or says of
// one folder whether it could take its lock, and ends.

let release: (() => void) | undefined;

function tell(text: string): void {
  if (process.send) process.send(text);
  else process.stdout.write(text, () => process.exit());
}

const [only] = process.argv.slice(2);
if (only !== undefined) void take(only, 0);

process.on("message", ({ folder, at }: { folder?: string; at?: number }) => {
  if (folder === undefined) release?.();
  else void take(folder, at ?? 0);
});

async function take(folder: string, at: number): Promise<void> {
  while (Date.now() < at); // the other process starts in the same millisecond
  try {
    await createFolderStore(folder).runAlone(async () => {
      tell("held");
      await new Promise<void>((resolve) => (release = resolve));
    });
    tell("released");
  } catch (error) {
    tell(error instanceof RecordBusyError ? "busy" : String(error));
  }
}
