/** A page that cannot be fetched or used: which one, and why. */
export class PageError extends Error {
  override name = "PageError";
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * The OpenAPI document of a page, byte for byte: the page itself, or the one fenced block of a Markdown page that holds
 * such a document.
 *
 * @param name The page in errors.
 */
export function readDocument(bytes: Uint8Array, name: string): string {
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    throw new PageError(`${name}: is not text in UTF-8`);
  }
  if (isDocument(text)) return text;
  const blocks = listFencedBlocks(text).filter(isDocument);
  if (blocks.length === 1) return blocks[0]!;
  const found =
    blocks.length === 0
      ? "neither an OpenAPI document nor a page with one in a fenced block"
      : `${blocks.length} OpenAPI documents`;
  throw new PageError(`${name}: holds ${found}`);
}

/** Whether a text is meant to be OpenAPI; it is validated later, with the line of a fault. */
function isDocument(text: string): boolean {
  if (/^ {0,3}(`{3,}|~{3,})/m.test(text)) return false;
  const isYaml = /^\uFEFF?["']?(openapi|swagger)["']?\s*:/m.test(text);
  return isYaml || (/^\s*\{/.test(text) && /"(openapi|swagger)"\s*:/.test(text));
}

/** The text between fences of at least three backticks or tildes, of which the closing one is at least as long. */
function listFencedBlocks(text: string): string[] {
  const blocks: string[] = [];
  let fence: string | undefined;
  let start = 0;
  for (const line of text.matchAll(/^.*(\r?\n|$)/gm)) {
    const [, mark] = /^ {0,3}(`{3,}|~{3,})/.exec(line[0]) ?? [];
    if (mark === undefined) continue;
    const isClosing = fence !== undefined && mark.startsWith(fence) && /^ {0,3}[`~]+\s*$/.test(line[0]);
    if (isClosing) {
      blocks.push(text.slice(start, line.index));
      fence = undefined;
    } else if (fence === undefined) {
      fence = mark;
      start = line.index + line[0].length;
    }
  }
  return blocks;
}
