import type { CallToolResult } from "@modelcontextprotocol/server";
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { pathToFileURL } from "node:url";
import { detectImageType, escapeText } from "../index.js";

/** The outcomes of a call, with their meaning. */
const outcomes = {
  completed: "the images were made, and are saved unless `files` is empty",
  running: "the task is not finished; `next` says how to get its images",
  incomplete: "the images were made, and not all of them are saved",
  unreadable: "the task cannot be read at the moment, or there is none of that id",
  failed: "the service could not make the images",
  unknown: "it may have been paid for; a person must look before it is asked for again",
  rejected: "it was refused; nothing was paid",
  "not-sent": "nothing was sent and nothing was paid",
} as const;

export type ReportedOutcome = keyof typeof outcomes;

/** The end of a call, for the agent. */
export interface Report {
  outcome: ReportedOutcome;
  /** Text for the agent; text from other sources is already quoted in it. */
  text: string;
  taskid?: string | undefined;
  /** Number of images that were asked for. */
  requested?: number | undefined;
  /** Absolute paths. */
  files?: readonly string[] | undefined;
  /** The next step, for the agent. */
  next?: string | undefined;
}

/** The JSON Schema of a report. */
export const reportSchema = {
  type: "object",
  properties: {
    outcome: {
      type: "string",
      enum: Object.keys(outcomes),
      description: Object.entries(outcomes)
        .map(([outcome, meaning]) => `${outcome}: ${meaning}`)
        .join("; "),
    },
    taskid: { type: "string", description: "The task, for get_task, wait_for_task and download" },
    requested: { type: "integer", description: "How many images were asked for" },
    files: { type: "array", items: { type: "string" }, description: "Paths of the saved images" },
    width: { type: "integer", description: "Width of the first image in pixels" },
    height: { type: "integer", description: "Height of the first image in pixels" },
    next: { type: "string", description: "What to do now" },
  },
  required: ["outcome", "files"],
};

/** An image as it is shown to an agent. */
export interface ImageView {
  width?: number | undefined;
  height?: number | undefined;
  /** The image, downscaled; undefined if it cannot be decoded. */
  preview?: { data: Uint8Array; mimeType: string } | undefined;
}

/** Looks at an image; its size is read from its head, and it is decoded only for a preview. */
export type ViewImage = (bytes: Uint8Array, withPreview: boolean) => Promise<ImageView>;

/** Of all previews of a result together, in base64: agents pay for every byte, in each of their turns. */
const mostPreviewBytes = 1_000_000;

/** A report as the result of a tool: text, structured content, a link to each file, and previews. */
export async function toResult(
  report: Report,
  viewImage: ViewImage,
  mayPreview: () => boolean,
): Promise<CallToolResult> {
  const { outcome, taskid, requested, files = [], next } = report;
  const links: CallToolResult["content"] = [];
  const previews: CallToolResult["content"] = [];
  const sizes: ImageView[] = [];
  let previewBytes = 0;
  for (const path of files) {
    const bytes = await readFile(path).catch(() => undefined);
    if (!bytes) continue; // it was moved just now
    const mimeType = detectImageType(bytes)?.type ?? "application/octet-stream";
    links.push({
      type: "resource_link",
      uri: pathToFileURL(path).href,
      name: basename(path),
      mimeType,
      size: bytes.length,
    });
    const { width, height, preview } = await viewImage(
      bytes,
      mayPreview() && previewBytes < mostPreviewBytes,
    );
    sizes.push({ width, height });
    const data = preview && Buffer.from(preview.data).toString("base64");
    if (!data || previewBytes + data.length > mostPreviewBytes) continue;
    previewBytes += data.length;
    previews.push({ type: "image", data, mimeType: preview.mimeType });
  }
  const [{ width, height } = {}] = sizes;
  const shown = files.map((path, at) => `- ${escapeText(path)}${saySize(sizes[at])}`);
  const text = [report.text, ...shown, ...(next === undefined ? [] : [next])].join("\n");
  return {
    content: [{ type: "text", text }, ...links, ...previews],
    structuredContent: withoutUndefined({
      outcome,
      taskid: taskid === undefined ? undefined : escapeText(taskid),
      requested,
      files: [...files],
      width,
      height,
      next,
    }),
    ...(!["completed", "running"].includes(outcome) && { isError: true }),
  };
}

const saySize = ({ width, height }: ImageView = {}): string =>
  width === undefined || height === undefined ? "" : ` (${width} × ${height})`;

export function withoutUndefined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined)) as T;
}
