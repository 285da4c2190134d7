import { Dicer } from "@fastify/busboy";
import { createFeed } from "./feed.js";

/** What the form parser keeps to itself: how many parts there were, and whether each had a `Content-Type`. */
export interface PartHeads {
  /** One for each part, as long as there are not more than were asked for. */
  readonly contentTypes: readonly (string | undefined)[];
  write(chunk: Buffer): Promise<void>;
}

/** Reads the heads of a form's parts, at most `most`. */
export function openHeads(boundary: string, most: number): PartHeads {
  const contentTypes: (string | undefined)[] = [];
  const dicer = new Dicer({ boundary });
  dicer.on("part", (part) => {
    part.resume();
    if (contentTypes.length === most) return;
    const index = contentTypes.push(undefined) - 1;
    part.on("header", (head: Record<string, string[]>) => {
      contentTypes[index] = head["content-type"]?.[0];
    });
  });
  return {
    contentTypes,
    write: createFeed(dicer),
  };
}
