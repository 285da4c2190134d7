import type { FileInput, Model, ModelInput } from "../types.js";
import { inputSchema } from "./input-schema.js";
import { decodeBase64, readJsonFile } from "./json-file.js";
import type { FoundFile, JsonInput } from "./json-file.js";
import { findModel } from "./models.js";

/** Options for files in JSON. */
export interface ToModelInputOptions {
  /**
   * Opens the file of a path, such as `fileFromPath` of `tensorslab-images/node`. Check first that the path may be read:
   * the file is sent to the service. @default paths are refused
   */
  openPath?: ((path: string) => FileInput | Promise<FileInput>) | undefined;
}

/**
 * Turns an input whose files are JSON into one that a client accepts: opens paths, decodes base64, and puts a URL into
 * the field that carries one. Nothing is fetched.
 *
 * @throws {TypeError} The input is not valid, or has a path and there is no `openPath`.
 * @throws The errors of `openPath`.
 * @example
 * const given: JsonInput<"seedreamv5"> = { prompt: "the same fox at night", sourceImage: [{ path: "fox.png" }] };
 * const input = await toModelInput("seedreamv5", given, { openPath: fileFromPath });
 * const { urls } = await client.generate("seedreamv5", input);
 */
export async function toModelInput<M extends Model>(
  model: M,
  input: JsonInput<M>,
  { openPath }: ToModelInputOptions = {},
): Promise<ModelInput<M>> {
  const { fields } = findModel(model);
  const forms = openPath ? (["path", "url", "base64"] as const) : (["url", "base64"] as const);
  const { issues } = inputSchema(model, { files: forms })["~standard"].validate(input);
  if (issues) {
    const faults = issues.map(({ path, message }) => `${path.join(".")} ${message}`.trim());
    throw new TypeError(`Invalid input: ${faults.join("; ")}`);
  }
  const result: Record<string, unknown> = { ...(input as object) };
  const address = fields.find(({ role }) => role === "address");

  const open = async (file: FoundFile): Promise<unknown> => {
    if (file.form === "path") return openPath!(file.text);
    if (file.form === "base64") {
      const bytes = decodeBase64(file.text)!;
      return file.name === undefined ? bytes : new File([bytes], file.name);
    }
    result[address!.name] = file.text;
    return undefined;
  };
  for (const { name, type } of fields) {
    const given = result[name];
    if (type !== "file" || given === undefined) continue;
    const items: unknown[] = Array.isArray(given) ? given : [given];
    const opened = await Promise.all(
      items.map((item) => {
        const file = readJsonFile(item, forms);
        return typeof file === "object" ? open(file) : item;
      }),
    );
    const files = opened.filter((file) => file !== undefined);
    if (files.length === 0) delete result[name];
    else result[name] = Array.isArray(given) ? files : files[0];
  }
  return result as ModelInput<M>;
}
