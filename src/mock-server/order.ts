import type { Operation } from "./document.js";
import { readSize } from "./size.js";
import type { Size } from "./size.js";

/** What a submit asks for. */
export interface Order {
  readonly model: string;
  readonly prompt: string;
  readonly images: number;
  readonly size: Size;
}

/** Reads an order from a submit's fields, by what the document says that they are for. */
export function readOrder(
  model: string,
  fields: Readonly<Record<string, unknown>>,
  { roles = {}, defaults = {} }: Pick<Operation, "roles" | "defaults">,
): Order {
  function read(role: string): unknown {
    const name = roles[role];
    return (name === undefined ? undefined : fields[name]) ?? defaults[role];
  }
  const images = Math.trunc(Number(read("count")));
  return {
    model,
    prompt: String(read("prompt") ?? ""),
    images: images > 0 ? images : 1,
    size: readSize(read("size")),
  };
}
