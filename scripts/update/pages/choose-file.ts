import { listOperations } from "../../generate/operation.js";
import type { Source } from "../../generate/source.js";
import { PageError } from "./page.js";

/** Chooses the file for a document: the one with one of its operations, else a new one, named after its first path. */
export function chooseFile(source: Source, documents: readonly Source[]): string {
  const operations = listOperations(source.value);
  const names = new Set(operations.map(({ name }) => name));
  const twins = documents.filter(({ value }) => listOperations(value).some(({ name }) => names.has(name)));
  if (twins.length > 1) {
    throw new PageError(
      `${source.file}: has operations of ${twins.map(({ file }) => file).join(" and ")}: remove one of these first`,
    );
  }
  if (twins[0]) return twins[0].file;
  refuseMovedPath(source, documents);
  const last = operations[0]?.path
    .split("/")
    .filter((step) => /^[\w.-]+$/.test(step))
    .at(-1);
  if (last === undefined) throw new PageError(`${source.file}: has no operation to be named after`);
  const file = `${last}.yaml`;
  if (
    ["overlay.yaml", "sources.yaml"].includes(file) ||
    documents.some((document) => document.file === file)
  ) {
    throw new PageError(
      `${source.file}: would be named ${file}, but there is such a file with other operations. If it takes its place, add \`--replace ${file}\``,
    );
  }
  return file;
}

/** Refuses a known operation at an unknown path: only a person can tell a move from a second operation. */
function refuseMovedPath(source: Source, documents: readonly Source[]): void {
  for (const { name, operation } of listOperations(source.value)) {
    for (const { file, value } of documents) {
      const twin = listOperations(value).find(
        (one) => operation.operationId !== undefined && one.operation.operationId === operation.operationId,
      );
      if (!twin) continue;
      throw new PageError(
        `${source.file}: has operation ${String(operation.operationId)} at ${name}, but ${file} has it at ${twin.name}. ` +
          `If it has moved, add \`--replace ${file}\``,
      );
    }
  }
}
