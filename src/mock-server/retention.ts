/** Limits of what is kept; both are Infinity if nothing is dropped. */
export interface Limits {
  readonly items: number;
  readonly bytes: number;
}

/** Keeps the newest items within limits. */
export interface Retention<Item> {
  /** Adds an item, or changes its size in bytes; may drop the oldest ones. */
  set(item: Item, bytes: number): void;
  clear(): void;
  readonly bytes: number;
  /** Number of items dropped since the start or the last `clear`. */
  readonly dropped: number;
}

export function createRetention<Item>(limits: Limits, drop: (oldest: Item) => void): Retention<Item> {
  const kept = new Map<Item, number>(); // in the order of insertion, so the oldest comes first
  let total = 0;
  let dropped = 0;
  return {
    set(item, bytes) {
      total += bytes - (kept.get(item) ?? 0);
      kept.set(item, bytes);
      for (const [oldest, weight] of kept) {
        // The newest one stays, whatever its size: it is the one that a person is looking for.
        if (kept.size === 1 || (kept.size <= limits.items && total <= limits.bytes)) return;
        kept.delete(oldest);
        total -= weight;
        dropped++;
        drop(oldest);
      }
    },
    clear() {
      kept.clear();
      total = dropped = 0;
    },
    get bytes() {
      return total;
    },
    get dropped() {
      return dropped;
    },
  };
}
