import type { Answer } from '../ledger/door.ts';
import type { ToolContext } from './define-tool.ts';
import { type AnswerShape, answerOf } from './shapes.ts';

/** The door's answer for the wire, after waking whoever waits for the reconciliation when something changed. */
export function afterChange(answer: Answer, reconciliation: string, context: ToolContext): AnswerShape {
  if (answer.outcome === 'done' || answer.outcome === 'escalated') context.wake(reconciliation);
  return answerOf(answer);
}
