/**
 * Works through `count` items, at most `concurrency` of them at the same time; they are taken when there is room for them.
 *
 * @throws The first failure, or the signal's reason, once all work has ended.
 */
export async function runConcurrently<Item>(
  items: Iterable<Item> | AsyncIterable<Item>,
  count: number,
  concurrency: number,
  signal: AbortSignal,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const iterator = toAsync(items);
  let failed = false;
  const worker = async () => {
    try {
      for await (const item of iterator) {
        if (failed || signal.aborted) return;
        await work(item);
      }
    } catch (error) {
      failed = true;
      throw error;
    }
  };
  const workers = Array.from({ length: Math.min(concurrency, count) }, worker);
  const results = await Promise.allSettled(workers);
  signal.throwIfAborted();
  for (const result of results) if (result.status === "rejected") throw result.reason;
}

async function* toAsync<Item>(items: Iterable<Item> | AsyncIterable<Item>): AsyncGenerator<Item> {
  yield* items;
}
