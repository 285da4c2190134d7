import { resolve } from "node:path";
import { createFolderStore } from "../../node/index.js";
import type { ConfirmRule } from "../../mcp/index.js";
import { UsageError } from "../exit-status.js";
import { checkWritable } from "../generation/folder.js";
import { packageVersion } from "../terminal/version.js";
import { viewImage } from "./mcp-view.js";
import type { Invocation } from "../invocation.js";
import type { Result } from "../terminal/output.js";

interface Flags {
  out: string;
  root?: string[];
  confirm?: ConfirmRule;
  maxImagesPerSession?: number;
  maxImagesPerDay?: number;
  respondWithin: number;
  preview: boolean;
}

/** `mcp`: a server of the Model Context Protocol, for agents. */
export async function mcp({ flags, connect, progress, signal }: Invocation<Flags>): Promise<Result> {
  const { out, maxImagesPerSession: run, maxImagesPerDay: day, confirm, respondWithin } = flags;
  const roots = (flags.root ?? []).map((folder) => resolve(folder));
  const { client, service } = await connect();
  await checkWritable(resolve(out)).catch(({ message, cause }: UsageError) => {
    throw new UsageError(`${message}: choose the folder with \`--out\``, { cause });
  });
  const { serve } = await import("../../mcp/index.js");
  const records = createFolderStore(out, { maxImages: { run, day } });
  progress.note(`Serving MCP; images and records are in ${records.folder}`);
  await serve({
    client,
    service,
    records,
    roots,
    confirm: confirm ?? { above: 0, isStrict: false },
    respondWithinMs: respondWithin * 1000,
    viewImage,
    withPreview: flags.preview,
    version: packageVersion(),
    input: process.stdin,
    output: process.stdout,
    signal,
    log: (text) => progress.note(text),
  });
  return { lines: [] };
}
