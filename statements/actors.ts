import { join } from 'node:path';
import { z } from 'zod';
import type { Actor, ActorKind } from '../policy/contract.ts';
import { ConfigError, readConfig } from './config-file.ts';

/** An actor as `actors.yaml` names it: the registry's row with the name shown to people. */
export interface NamedActor extends Actor {
  readonly name: string;
}

const id = z.string().regex(/^(human|llm|engine):[a-z0-9][a-z0-9._-]{0,60}$/, 'must be like human:ana.ruiz');

/** The shape of `actors.yaml`. */
export const actorsSchema = z.strictObject({
  actors: z
    .array(
      z.strictObject({
        id,
        kind: z.enum(['human', 'llm', 'engine']),
        name: z.string().min(1).max(120),
        roles: z.array(z.string().regex(/^[a-z][a-z_]{0,40}$/, 'must be a lower-case word')).default([]),
        principal: id.optional(),
        active: z.boolean().default(true),
      }),
    )
    .min(1),
});

/**
 * Reads `actors.yaml` of a folder. A person is their own principal unless the file says otherwise; a model and an
 * engine must name the person who answers for them.
 * @throws {ConfigError} on a kind that differs from the id's prefix, a duplicate id, or a principal that is not a
 * person of the file.
 */
export function loadActors(dir: string): NamedActor[] {
  const file = join(dir, 'actors.yaml');
  const { actors } = readConfig(file, actorsSchema);
  const fault = (what: string): ConfigError =>
    new ConfigError({ file, line: 0, what, whatNow: 'correct actors.yaml' });
  const kinds = new Map<string, ActorKind>();
  for (const actor of actors) {
    if (kinds.has(actor.id)) throw fault(`${actor.id} stands in the file twice`);
    if (!actor.id.startsWith(`${actor.kind}:`))
      throw fault(`${actor.id} has kind ${actor.kind}, which its id denies`);
    kinds.set(actor.id, actor.kind);
  }
  return actors.map((actor) => {
    const principal = actor.principal ?? (actor.kind === 'human' ? actor.id : undefined);
    if (principal === undefined) throw fault(`${actor.id} names no principal, the person who answers for it`);
    if (kinds.get(principal) !== 'human')
      throw fault(`${actor.id}: its principal ${principal} is no person of this file`);
    return { ...actor, principal };
  });
}
