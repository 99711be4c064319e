import { ApplicationFailure } from '@temporalio/workflow';
import type { z } from 'zod';

/**
 * Checks a workflow's input.
 * @throws {ApplicationFailure} `InvalidInput`, not retryable, with every issue: any other error would fail the workflow
 *   task, which Temporal retries forever.
 */
export function parseInput<Schema extends z.ZodType>(
  schema: Schema,
  raw: unknown,
  example: string,
): z.output<Schema> {
  const parsed = schema.safeParse(raw);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'input'}: ${issue.message}`);
  throw ApplicationFailure.nonRetryable(
    `invalid input: ${issues.join('; ')}. Start it again with one JSON object such as ${example}`,
    'InvalidInput',
    issues,
  );
}
