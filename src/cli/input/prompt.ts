import { addAbortSignal } from "node:stream";
import { buffer } from "node:stream/consumers";
import { UsageError } from "../exit-status.js";
import { detectEncoding } from "../lists/encoding.js";

/**
 * The prompt; `-` reads it from standard input.
 *
 * @throws The signal's reason, if it is aborted before the end of standard input.
 */
export async function readPrompt(prompt: string, signal: AbortSignal): Promise<string> {
  if (prompt !== "-") return prompt;
  const bytes = await buffer(addAbortSignal(signal, process.stdin)).catch((error: unknown) => {
    signal.throwIfAborted();
    throw error;
  });
  const typed = new TextDecoder(await detectEncoding([bytes], "standard input")).decode(bytes);
  if (typed.trim() === "") throw new UsageError("Standard input has no prompt");
  return typed.trim();
}
