import { ConfigurationError } from "../errors.js";
import { ImageLimitError } from "./errors.js";
import type { GenerationRecord } from "./record.js";

/** Most images that may be asked for; what proved to cost nothing is not counted. */
export interface MaxImages {
  /** By one store object, as long as it exists. @default Infinity */
  run?: number | undefined;
  /** In a day by UTC, by everybody who shares the store. @default Infinity */
  day?: number | undefined;
}

/**
 * Adds to the number of images of a day, in one step that nobody can come between: only if it stays within `limit`.
 * Resolves to whether it was added. `images` is negative for what is given back.
 */
export type CountDay = (day: string, images: number, limit: number) => Promise<boolean>;

/** Counts the images that a store's callers ask for. */
export interface ImageLimit {
  /**
   * Counts the images of an intent.
   *
   * @throws {ImageLimitError} They are too many.
   */
  take(record: GenerationRecord): Promise<void>;
  /** Gives the images back if the record says that nothing was paid. */
  settle(record: Pick<GenerationRecord, "id" | "state">): Promise<void>;
}

/**
 * Creates what enforces {@link MaxImages} in a store: `take` in its `claim`, `settle` in its `write`.
 *
 * @param countDay Counts days where all processes see it. @default in this process alone
 * @throws {ConfigurationError} A limit is not a whole number of at least 0.
 * @example
 * const limit = createImageLimit({ run: 100 });
 * const store: RecordStore = {
 *   read: (id) => other.read(id),
 *   async write(record, options) {
 *     await limit.settle(record);
 *     await other.write(record, options);
 *   },
 *   async claim(record, previous) {
 *     await limit.take(record);
 *     return other.claim(record, previous);
 *   },
 * };
 */
export function createImageLimit(maxImages: MaxImages, countDay: CountDay = countInMemory()): ImageLimit {
  const { run = Infinity, day = Infinity } = maxImages;
  for (const [name, limit] of Object.entries({ run, day })) {
    if (limit === Infinity || (Number.isInteger(limit) && limit >= 0)) continue;
    throw new ConfigurationError(`\`maxImages.${name}\` must be a whole number of at least 0`);
  }
  let ofRun = 0;
  const taken = new Map<string, { images: number; today: string }>();

  return {
    async take({ id, images }) {
      if (ofRun + images > run) throw tooMany("run", run, images);
      ofRun += images;
      const today = new Date().toISOString().slice(0, 10);
      if (day !== Infinity && !(await countDay(today, images, day))) {
        ofRun -= images;
        throw tooMany("day", day, images);
      }
      taken.set(id, { images, today });
    },
    async settle({ id, state }) {
      const found = taken.get(id);
      if (!found) return;
      taken.delete(id);
      if (state !== "not-sent" && state !== "rejected") return;
      ofRun -= found.images;
      if (day !== Infinity) await countDay(found.today, -found.images, Infinity);
    },
  };
}

function countInMemory(): CountDay {
  const days = new Map<string, number>();
  return async (day, images, limit) => {
    const sum = (days.get(day) ?? 0) + images;
    if (sum > limit) return false;
    days.set(day, sum);
    return true;
  };
}

function tooMany(period: "run" | "day", limit: number, images: number): ImageLimitError {
  const noun = images === 1 ? "image" : "images";
  return new ImageLimitError(
    `${images} more ${noun} would exceed the limit of ${limit} for this ${period} (\`maxImages.${period}\`); nothing was sent`,
    { period },
  );
}
