import { ActivityFailure, isCancellation, log, setCurrentDetails } from '@temporalio/workflow';
import type { ModelTurnResult } from '../activities/agent/contract.ts';
import { close, model, tool } from './activities.ts';
import { type InvestigateInput, investigateInput } from './contract.ts';
import { investigateWorkflowId } from './ids.ts';
import { parseInput } from './input.ts';
import { show } from './visibility.ts';

type Message = Parameters<typeof model.modelTurn>[0]['messages'][number];

/** How an investigation ended. `LEFT_FOR_HUMAN` says why; nothing ends in silence. */
export interface Investigated {
  readonly state: 'DONE' | 'LEFT_FOR_HUMAN';
  readonly outcome: string;
  readonly turns: number;
}

/**
 * One conversation with the model about one packet of open lines: a model turn, then the tool calls it asked for, until
 * it ends or a budget does. The loop lives here, in history, so that a crash or a reset repeats no effect.
 */
export async function investigate(raw: InvestigateInput): Promise<Investigated> {
  const example =
    '{"reconciliation": "US/2026-03/1010", "packet": {…}, "agent": {…}}; reconcileAccount starts it';
  const { reconciliation, packet, agent } = parseInput(investigateInput, raw, example);
  // Business keys only: the run's id would change with a reset, and a call would be made twice.
  const session = `${investigateWorkflowId(packet.id)}#v${packet.version}`;
  const [entity = '', period = ''] = reconciliation.split('/');
  show({ entity, period, state: 'investigating' });

  const messages: Message[] = [{ role: 'user', content: task(reconciliation, packet) }];
  const spent = { turns: 0, inputTokens: 0, outputTokens: 0 };
  const outcomes = new Map<string, number>();
  const finish = async (state: Investigated['state'], outcome: string): Promise<Investigated> => {
    await close.finishPacket.executeWithOptions({ summary: `${packet.id}: ${state}` }, [
      { packet: packet.id, reconciliation, state, outcome, ...spent },
    ]);
    setCurrentDetails(`**${state}** after ${spent.turns} turns: ${outcome}\n\n${tally(outcomes)}`);
    show({ state });
    return { state, outcome, turns: spent.turns };
  };

  try {
    while (spent.turns < agent.maxTurns) {
      const turn = await model.modelTurn.executeWithOptions({ summary: `model turn ${spent.turns + 1}` }, [
        { model: agent.model, messages, maxTokens: agent.maxTokensPerTurn },
      ]);
      spent.turns += 1;
      spent.inputTokens += turn.usage.inputTokens;
      spent.outputTokens += turn.usage.outputTokens;
      const calls = turn.content.filter((block) => block.type === 'tool_use');
      if (turn.stopReason === 'refusal') return await finish('LEFT_FOR_HUMAN', 'the model declined');
      if (calls.length === 0) {
        return turn.stopReason === 'end_turn'
          ? await finish('DONE', summaryOf(turn))
          : await finish('LEFT_FOR_HUMAN', `the model stopped: ${turn.stopReason}`);
      }
      messages.push({ role: 'assistant', content: turn.content as Message['content'] });
      const results: ToolResult[] = [];
      for (const call of calls) {
        const answer = await tool.toolCall.executeWithOptions({ summary: call.name.slice(0, 100) }, [
          { session, reconciliation, toolUseId: call.id, name: call.name, arguments: call.input },
        ]);
        if (answer.outcome) outcomes.set(answer.outcome, (outcomes.get(answer.outcome) ?? 0) + 1);
        results.push({
          type: 'tool_result',
          tool_use_id: call.id,
          content: answer.text,
          is_error: answer.isError,
        });
      }
      messages.push({ role: 'user', content: results });
      setCurrentDetails(`turn ${spent.turns} of at most ${agent.maxTurns}\n\n${tally(outcomes)}`);
      if (spent.inputTokens > agent.maxInputTokens) {
        return await finish('LEFT_FOR_HUMAN', `the budget of ${agent.maxInputTokens} input tokens is spent`);
      }
    }
    return await finish('LEFT_FOR_HUMAN', `the budget of ${agent.maxTurns} turns is spent`);
  } catch (error) {
    if (isCancellation(error) || !(error instanceof ActivityFailure)) throw error;
    // The model or its tools are out of reach for good: the lines stay open, for people, and the close goes on.
    const why = error.cause?.message ?? error.message;
    log.warn('investigation left for a human', { packet: packet.id, why });
    return await finish('LEFT_FOR_HUMAN', `the agent failed: ${why.slice(0, 500)}`);
  }
}

interface ToolResult {
  readonly type: 'tool_result';
  readonly tool_use_id: string;
  readonly content: string;
  readonly is_error: boolean;
}

function task(reconciliation: string, packet: InvestigateInput['packet']): string {
  return [
    `Reconciliation: ${reconciliation}`,
    `Packet: ${packet.id}`,
    `Open items: ${packet.itemIds.join(', ')}`,
    '',
    'Investigate each of these open items. Propose a match or flag an exception for every one, then end your turn with a short summary.',
  ].join('\n');
}

function summaryOf(turn: ModelTurnResult): string {
  const text = turn.content.flatMap((block) => (block.type === 'text' ? [block.text] : [])).join(' ');
  return text.slice(0, 1_000) || 'ended without a summary';
}

function tally(outcomes: ReadonlyMap<string, number>): string {
  const rows = [...outcomes].map(([outcome, count]) => `| ${outcome} | ${count} |`);
  return ['| outcome | calls |', '|---|---|', ...rows].join('\n');
}
