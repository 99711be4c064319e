import type { MessageParam } from '@anthropic-ai/sdk/resources/messages';

/** A tool call of the conversation with what came back; null while nothing has. */
export interface PastCall {
  readonly name: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly turn: number;
  readonly answer: Readonly<Record<string, unknown>> | null;
  readonly text: string;
}

/** The packet as the user message names it. */
export interface Packet {
  readonly reconciliation: string;
  readonly itemIds: readonly string[];
}

/** Reads the packet out of the first message: the lines `Reconciliation: …` and `Open items: 1, 2`. */
export function packetOf(messages: readonly MessageParam[]): Packet {
  const text = textOf(messages[0]?.content ?? '');
  return {
    reconciliation: /^reconciliation:\s*(\S+)/im.exec(text)?.[1] ?? '',
    itemIds: /^[a-z ]*items?:\s*([\d, ]+)$/im.exec(text)?.[1]?.match(/\d+/g) ?? [],
  };
}

/** All tool calls so far, in order, each with its answer. */
export function callsOf(messages: readonly MessageParam[]): PastCall[] {
  const texts = new Map<string, string>();
  for (const { content } of messages) {
    for (const block of Array.isArray(content) ? content : []) {
      if (block.type === 'tool_result') texts.set(block.tool_use_id, textOf(block.content ?? ''));
    }
  }
  return messages.flatMap(({ role, content }, turn) =>
    role !== 'assistant' || !Array.isArray(content)
      ? []
      : content.flatMap((block) => {
          if (block.type !== 'tool_use') return [];
          const text = texts.get(block.id) ?? '';
          return [{ name: block.name, input: recordOf(block.input) ?? {}, turn, answer: parsed(text), text }];
        }),
  );
}

/** The text of a message's or a tool result's content. */
export function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content
    .map((block: unknown) => recordOf(block)?.['text'])
    .filter((text) => typeof text === 'string')
    .join('\n');
}

/** All texts in a value, however deep. */
export function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(textsIn);
}

function parsed(text: string): Record<string, unknown> | null {
  try {
    return recordOf(JSON.parse(text));
  } catch {
    return null;
  }
}

function recordOf(value: unknown): Record<string, unknown> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : null;
}
