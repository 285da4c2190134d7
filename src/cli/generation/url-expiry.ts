import type { GenerationRecord } from "../../index.js";

/** Time that the URLs of images last, by the documentation of the model's maker; the service does not say. */
const lifetimeMs = 24 * 60 * 60 * 1000;

/** When the URLs of images that are not saved yet expire; undefined if there are none. */
export function urlsExpireAt({ state, completedAt }: GenerationRecord): Date | undefined {
  return state === "completed" && completedAt !== undefined
    ? new Date(Date.parse(completedAt) + lifetimeMs)
    : undefined;
}

/** A warning about images that are not saved yet; undefined if there are none. */
export function warnOfExpiry(records: readonly GenerationRecord[], now = Date.now()): string | undefined {
  const times = records.flatMap((record) => urlsExpireAt(record)?.getTime() ?? []);
  if (times.length === 0) return undefined;
  const hours = (Math.min(...times) - now) / (60 * 60 * 1000);
  const count = times.length === 1 ? "1 task is completed" : `${times.length} tasks are completed`;
  const expiry =
    hours > 0
      ? `the first URLs expire in about ${hours < 1 ? "an hour or less" : `${Math.floor(hours)} hours`}`
      : "the first URLs may have expired";
  return `${count} with images that are not saved; URLs last 24 hours by the model's maker: ${expiry}`;
}
