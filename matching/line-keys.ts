// By what lines are listed that name one document, or one party.
import { lookupKey } from './identifiers.ts';
import type { Line } from './line.ts';

/** What names a document. */
export function identifierKeys({ identifiers }: Line): readonly string[] {
  const keys: string[] = [];
  for (const one of identifiers) if (!one.standing) keys.push(lookupKey(one));
  return keys;
}

/** What several may pay for under one number, each month anew: a flat or a unit. */
export const premisesKeys = keysOf('PREMISES');

/** A flat, or a customer's number. */
export const partyKeys = keysOf('PREMISES', 'CUSTOMER');

/** What names a document, or the flat that somebody pays for. */
export const eventOrPremisesKeys = eventOr(premisesKeys);

/** What names a document, or whoever pays. */
export const eventOrPartyKeys = eventOr(partyKeys);

/** The numbers of accounts, contracts, shops, terminals and cards, which stand on many lines. */
export function standingKeys({ identifiers }: Line): string[] {
  return identifiers.filter(({ standing }) => standing).map(({ key }) => `number ${key}`);
}

type KeysOf = (line: Line) => readonly string[];

function keysOf(...kinds: readonly string[]): KeysOf {
  return ({ identifiers }) =>
    identifiers.filter(({ kind }) => kinds.includes(kind)).map(({ key, kind }) => `${kind} ${key}`);
}

function eventOr(others: KeysOf): KeysOf {
  return (line) => {
    const more = others(line);
    return more.length === 0 ? identifierKeys(line) : [...identifierKeys(line), ...more];
  };
}
