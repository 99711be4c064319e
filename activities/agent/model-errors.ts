import { APIError } from '@anthropic-ai/sdk';
import { ApplicationFailure } from '@temporalio/activity';

// The provider says when to come back; a value beyond this is a mistake, not a queue.
const LONGEST_DELAY_MS = 3_600_000;

/**
 * What Temporal should do about an error of the model's API: `ModelRefused`, not retryable, when repeating the request
 * cannot help; else `ModelUnavailable`, with the delay that the provider asks for. `x-should-retry` wins over the status.
 */
export function modelFailure(error: unknown, now: number): ApplicationFailure {
  // A lost connection and a timeout have neither status nor headers.
  const { status, headers } = error instanceof APIError ? (error as APIError) : {};
  const refused = isRefusal(status, headers?.get('x-should-retry') ?? null);
  const delay = refused ? null : retryDelay(headers, now);
  const said = (error instanceof Error ? error.message : String(error)).slice(0, 500);
  return ApplicationFailure.create({
    type: refused ? 'ModelRefused' : 'ModelUnavailable',
    message: `the model did not answer: ${said}`,
    nonRetryable: refused,
    ...(delay === null ? {} : { nextRetryDelay: delay }),
    ...(error instanceof Error ? { cause: error } : {}),
  });
}

function isRefusal(status: number | undefined, shouldRetry: string | null): boolean {
  if (shouldRetry === 'true') return false;
  if (shouldRetry === 'false') return true;
  if (status === undefined || status >= 500) return false;
  return ![408, 409, 429].includes(status);
}

/** `retry-after-ms`, else `retry-after` in seconds or as an HTTP date; null when there is none that makes sense. */
function retryDelay(headers: Headers | undefined, now: number): number | null {
  const [millis, seconds] = [headers?.get('retry-after-ms'), headers?.get('retry-after')];
  const delay = plainNumber(millis) ?? secondsToMs(plainNumber(seconds)) ?? untilDate(seconds, now);
  return delay === null || Number.isNaN(delay) || delay < 0
    ? null
    : Math.min(Math.ceil(delay), LONGEST_DELAY_MS);
}

function plainNumber(text: string | null | undefined): number | null {
  return text && /^\d{1,9}$/.test(text.trim()) ? Number.parseInt(text, 10) : null;
}

function secondsToMs(seconds: number | null): number | null {
  return seconds === null ? null : seconds * 1000;
}

function untilDate(text: string | null | undefined, now: number): number | null {
  return text ? Date.parse(text) - now : null;
}
