import busboy from "busboy";
import type { CapturedRequest } from "./capture-server.js";

/** One part of a form: a text, or a file. */
export type FormPart =
  | { name: string; text: string }
  | { name: string; filename: string | undefined; type: string; bytes: Buffer };

/** Reads a captured form with a parser that is used nowhere in the project. */
export async function readForm({ headers, body }: CapturedRequest): Promise<FormPart[]> {
  const parser = busboy({
    headers,
    defParamCharset: "utf8",
    preservePath: true,
    limits: { fieldSize: Infinity },
  });
  const parts: FormPart[] = [];
  parser.on("field", (name, text) => parts.push({ name, text }));
  parser.on("file", (name, stream, { filename, mimeType: type }) => {
    const chunks: Buffer[] = [];
    const part = { name, filename, type, bytes: Buffer.alloc(0) };
    parts.push(part);
    stream.on("data", (chunk: Buffer) => chunks.push(chunk));
    stream.on("end", () => (part.bytes = Buffer.concat(chunks)));
  });
  await new Promise<void>((resolve, reject) => {
    parser.on("close", resolve);
    parser.on("error", reject);
    parser.end(body);
  });
  return parts;
}
