import type { TestEvent } from 'node:test/reporters';

/** One line a test file that passed, everything about what failed, and the closing count in plain words. */
export default async function* report(source: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  let [passed, failed, skipped] = [0, 0, 0];
  const perFile = new Map<string, number>();
  for await (const event of source) {
    if (event.type === 'test:pass' && isLeaf(event.data)) {
      if (event.data.skip !== undefined && event.data.skip !== false) {
        skipped += 1;
        yield `- ${event.data.name}: skipped (${String(event.data.skip)})\n`;
      } else passed += 1;
      perFile.set(event.data.file ?? '', (perFile.get(event.data.file ?? '') ?? 0) + 1);
    }
    if (event.type === 'test:fail' && isLeaf(event.data)) {
      failed += 1;
      const { error } = event.data.details;
      const cause =
        error.cause instanceof Error
          ? (error.cause.stack ?? error.cause.message)
          : String(error.cause ?? error);
      yield `\nFAILED ${event.data.file ?? ''}:${String(event.data.line ?? '')} ${event.data.name}\n${cause}\n\n`;
    }
    if (event.type === 'test:stderr') yield event.data.message;
  }
  // A run that tested nothing proves nothing.
  if (passed === 0) process.exitCode = 1;
  yield `${perFile.size} test files\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`;
}

// Suites and files are reported too; only what a person wrote as a test counts.
function isLeaf(data: { details: { type?: string | undefined } }): boolean {
  return data.details.type !== 'suite';
}
