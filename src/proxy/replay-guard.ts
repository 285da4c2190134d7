/** A boundary that this package's client makes for one request. */
const uniqueBoundary = /\bform-[\da-f-]{24,}/;

/** Milliseconds that a submit is remembered; a browser repeats a request within seconds. */
const rememberedMs = 3_600_000;

/** Remembers which submits were forwarded, so that none is forwarded twice. */
export interface ReplayGuard {
  /**
   * Remembers a submit that is about to be forwarded.
   *
   * @returns A function that forgets it, for one that was certainly not paid for; undefined if it was forwarded before.
   */
  admit(visitor: string, contentType: string | null): (() => void) | undefined;
}

/** Creates a {@link ReplayGuard}. Only what is forwarded is remembered, so nobody can fill it without paying. */
export function createReplayGuard(now: () => number = Date.now): ReplayGuard {
  /** When each was forwarded, the oldest first. */
  const forwarded = new Map<string, number>();
  return {
    admit(visitor, contentType) {
      const [boundary] = uniqueBoundary.exec(contentType ?? "") ?? [];
      if (boundary === undefined) return () => {}; // of another program, which may use the same boundary again
      for (const [name, time] of forwarded) {
        if (time > now() - rememberedMs) break;
        forwarded.delete(name);
      }
      const name = JSON.stringify([visitor, boundary]);
      if (forwarded.has(name)) return undefined;
      forwarded.set(name, now());
      return () => void forwarded.delete(name);
    },
  };
}
