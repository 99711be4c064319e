import { condition } from '@temporalio/workflow';

/**
 * Runs `work` for each item, at most `size` at a time, none while `paused()`; waits for all. One that fails does not
 * stop the others: the first failure is thrown when all have ended.
 */
export async function slidingWindow<Item>(
  items: readonly Item[],
  size: number,
  paused: () => boolean,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  let running = 0;
  const failures: unknown[] = [];
  const ended: Promise<void>[] = [];
  for (const item of items) {
    await condition(() => running < size && !paused());
    running += 1;
    ended.push(
      work(item)
        .catch((error: unknown) => {
          failures.push(error);
        })
        .finally(() => {
          running -= 1;
        }),
    );
  }
  await Promise.all(ended);
  if (failures.length > 0) throw failures[0];
}
