import type { Emitted } from "../../generate/generated-files.js";
import { listOperations, requestMedia } from "../../generate/operation.js";
import { isObject } from "../../generate/source.js";
import type { JsonObject } from "../../generate/source.js";
import { UpdateError } from "../update-error.js";
import { readModels } from "./model-changes.js";
import { synthesise } from "./synthesise.js";

interface Check {
  (data: unknown): boolean;
  errors?: { path: string; field?: string; message: string }[] | null;
}

/**
 * Refuses a model if none of the inputs made for it passes its own checks.
 *
 * @throws {UpdateError} No input passed: which model, and what is wrong with the last input.
 */
export async function checkModels(document: JsonObject, { code }: Pick<Emitted, "code">): Promise<void> {
  const checks = await loadChecks(code);
  const operations = listOperations(document);
  for (const { name, operation } of readModels(document)) {
    const media = operations
      .filter((one) => one.name === operation)
      .map((one) => requestMedia(one, document))[0];
    const check = checks[operation];
    if (!media || !check) continue;
    const inputs = synthesise(media.schema, document);
    if (inputs.some((input) => check(input))) continue;
    const [fault] = check.errors ?? [];
    const place = fault
      ? `${fault.path}${fault.field === undefined ? "" : `/${fault.field}`} ${fault.message}`
      : "";
    const reason =
      inputs.length === 0 ? "its rules contradict one another" : `none of those tried is valid: ${place}`;
    throw new UpdateError(
      `model ${name} (${operation}): no input was found that its schema allows: ${reason}. ` +
        "Correct the schema by an action of spec/overlay.yaml, or remove the operation's x-role there",
    );
  }
}

/** The generated checks of requests, from memory: nothing is written before they are tried. */
async function loadChecks(code: string): Promise<Record<string, Check>> {
  const module = `${code}\nexport { compiledRequests };`;
  const url = `data:text/javascript;base64,${Buffer.from(module).toString("base64")}`;
  const { compiledRequests } = (await import(url)) as { compiledRequests: unknown };
  return isObject(compiledRequests) ? (compiledRequests as Record<string, Check>) : {};
}
