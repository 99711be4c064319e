import { type Packet, type PastCall, callsOf, packetOf } from './conversation.ts';
import {
  type MessagesRequest,
  type ScriptedBlock,
  type ScriptedModel,
  conversationHash,
} from './messages-api.ts';
import { type Investigation, type Verdict, decideLine } from './stand-in-decisions.ts';

/** Tried again once after a denial, because another packet may have taken a line meanwhile. */
const MOST_ATTEMPTS = 2;

/**
 * The stand-in operator: plays the model where there is no model key, so that everything around it runs for real. It
 * reads tool results and decides by rules of thumb. It is not a language model and is called a stand-in everywhere.
 */
export const standInOperator: ScriptedModel = (request: MessagesRequest): ScriptedBlock[] => {
  const packet = packetOf(request.messages);
  const calls = callsOf(request.messages);
  const lines = packet.itemIds.map((id) => statusOf(id, calls));

  const unseen = lines.filter((line) => line.state === 'unseen');
  if (unseen.length > 0) {
    const looks = unseen.map((line) => ({ name: 'investigate_item', input: { item_id: line.id } }));
    return say(request, `Investigating ${looks.length} lines.`, looks);
  }
  const decisions = decide(packet, lines);
  if (decisions.length > 0) return say(request, `Deciding ${decisions.length} times.`, decisions);
  return [{ type: 'text', text: summary(lines) }];
};

type Status =
  | { readonly id: string; readonly state: 'unseen' | 'settled' | 'given_up' }
  | { readonly id: string; readonly state: 'seen'; readonly seen: Investigation };

interface ToolCall {
  readonly name: string;
  readonly input: Readonly<Record<string, unknown>>;
}

function statusOf(id: string, calls: readonly PastCall[]): Status {
  const changes = calls.filter(
    ({ input }) => Array.isArray(input['item_ids']) && input['item_ids'].includes(id),
  );
  if (changes.some(({ answer }) => ['done', 'escalated'].includes(String(answer?.['outcome'])))) {
    return { id, state: 'settled' };
  }
  const look = calls.findLast(({ name, input }) => name === 'investigate_item' && input['item_id'] === id);
  if (!look) return { id, state: 'unseen' };
  if (!look.answer) return { id, state: 'given_up' };
  const seen = look.answer as unknown as Investigation;
  if (!seen.open) return { id, state: 'settled' };
  const tried = changes.filter((change) => change.turn > look.turn).length;
  if (tried === 0) return { id, state: 'seen', seen };
  return { id, state: changes.length >= MOST_ATTEMPTS ? 'given_up' : 'unseen' };
}

function decide(packet: Packet, lines: readonly Status[]): ToolCall[] {
  const taken = new Set<string>();
  const calls: ToolCall[] = [];
  // Matches first: what one line's match uses, another line must not be flagged for.
  for (const kind of ['match', 'flag'] as const) {
    for (const line of lines) {
      if (line.state !== 'seen' || taken.has(line.id)) continue;
      const verdict = decideLine(line.seen, taken);
      if (verdict.kind !== kind) continue;
      const itemIds = verdict.kind === 'match' ? verdict.itemIds : [line.id];
      for (const id of itemIds) taken.add(id);
      calls.push(callFor(packet, itemIds, verdict));
    }
  }
  return calls;
}

function callFor(packet: Packet, itemIds: readonly string[], verdict: Verdict): ToolCall {
  const about = { reconciliation: packet.reconciliation, item_ids: [...itemIds] };
  return verdict.kind === 'match'
    ? { name: 'propose_match', input: { ...about, rationale: verdict.why } }
    : { name: 'flag_exception', input: { ...about, reason_code: verdict.reason, narrative: verdict.why } };
}

function summary(lines: readonly Status[]): string {
  const left = lines.filter((line) => line.state === 'given_up').map((line) => line.id);
  const done = `Stand-in operator: ${lines.length - left.length} of ${lines.length} lines proposed or flagged.`;
  return left.length === 0 ? done : `${done} Left for a human: ${left.join(', ')}.`;
}

// Ids come from the conversation itself, so a replayed or retried turn asks for the very same calls.
function say(request: MessagesRequest, text: string, calls: readonly ToolCall[]): ScriptedBlock[] {
  const conversation = conversationHash(request);
  return [
    { type: 'text', text },
    ...calls.map(({ name, input }, index) => ({
      type: 'tool_use' as const,
      id: `toolu_${conversation}_${index}`,
      name,
      input,
    })),
  ];
}
