import type { Change } from "../changes/change.js";
import { showText } from "./show-text.js";

/** One change in words, such as `request count: bounds changed: maximum 15 → maximum 10`. */
export function describeChange(change: Change): string {
  const { place, event, values } = partsOf(change);
  return `${place ? `${place}: ` : ""}${event}${values ? `: ${values}` : ""}`;
}

/** Where, what, and from which value to which; each on one line and shortened. */
export function partsOf({ part, field, kind, aspect, before, after }: Change): {
  place: string;
  event: string;
  values: string;
} {
  const place = part === "operation" || part === "document" ? field : [part, field].filter(Boolean).join(" ");
  const show = (value: unknown): string => shorten(typeof value === "string" ? value : JSON.stringify(value));
  const values = [before, after].filter((value) => value !== undefined).map(show);
  return { place: shorten(place), event: `${aspect} ${kind}`, values: values.join(" → ") };
}

/** A text of the vendor's that may be a page long, as far as a line of a report has room. */
export function shorten(text: string): string {
  const line = showText(text.replace(/\s+/g, " ").trim());
  return line.length > 100 ? `${line.slice(0, 99)}…` : line;
}
