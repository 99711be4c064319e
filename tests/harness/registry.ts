import { type ActorChange, changeActors, registeredActors } from '../../ledger/actor-registry.ts';
import type { Answer, Door } from '../../ledger/door.ts';
import { approvePolicy } from '../../ledger/policy-versions.ts';
import type { Policy } from '../../policy/load.ts';
import { callBy } from './books.ts';

const CONTROLLERS = ['human:mei.tan', 'human:tomas.lindqvist', 'human:priya.raman'];

/** Puts another policy in force on the small books: by two controllers through the door, as in life. */
export async function approveForTests(door: Door, policy: Policy): Promise<void> {
  const [first = '', second = ''] = CONTROLLERS.filter((id) => id !== policy.content.author);
  const approve = (by: string) =>
    approvePolicy(door, callBy(by), { policy, rationale: 'The test needs it in force.' });
  expectTwo(await approve(first), await approve(second));
}

/** Changes the register of the small books: by two controllers whom the change does not concern. */
export async function changeActorsForTests(door: Door, change: ActorChange): Promise<void> {
  const known = (await registeredActors(door.db)).find((actor) => actor.id === change.id);
  const principal = known?.principal ?? (change.what === 'add' ? change.principal : null);
  const [first = '', second = ''] = CONTROLLERS.filter((id) => id !== principal && id !== change.id);
  const act = (by: string) => changeActors(door, callBy(by), change, 'The test needs it.');
  expectTwo(await act(first), await act(second));
}

function expectTwo(first: Answer, second: Answer): void {
  if (first.outcome === 'escalated' && second.outcome === 'done') return;
  throw new Error(`two people did not decide: ${JSON.stringify([first, second])}`);
}
