import { certify } from '../../ledger/certify.ts';
import { resolveException } from '../../ledger/exceptions.ts';
import { callBy } from '../../tests/harness/books.ts';
import { CONTROLLERS, MODEL, MODELS_PRINCIPAL, REVIEWER, type Scenario, pair, said } from './stage.ts';

const denied = (...codes: Scenario['expect']['codes'][number][]) => ({
  outcome: 'denied',
  codes,
  changes: [],
  states: { matches: ['PROPOSED'] },
  decision: 'deny',
});
const person = (name: string, roles: string[], principal = `human:${name}`) => ({
  id: `human:${name}`,
  kind: 'human' as const,
  name,
  roles,
  principal,
  active: true,
});

/** Who may not: segregation of duties, roles, tiers, the register. */
export const WHO: readonly Scenario[] = [
  {
    name: 'a person confirms their own proposal',
    books: pair('120.00'),
    prepare: async (stage) => {
      const id = await stage.proposed(REVIEWER, 'L1', 'S1');
      return async () => said(await stage.confirm(REVIEWER, id));
    },
    expect: denied('SOD_SAME_ACTOR'),
  },
  {
    name: 'the person answerable for the model confirms what it proposed',
    books: pair('120.00'),
    prepare: async (stage) => {
      const id = await stage.proposed(MODEL, 'L1', 'S1');
      return async () => said(await stage.confirm(MODELS_PRINCIPAL, id));
    },
    expect: denied('SOD_SAME_ACTOR'),
  },
  {
    name: 'two accounts of one person, one proposing and one confirming',
    books: pair('120.00'),
    prepare: async (stage) => {
      await stage.joined(person('j.weber2', ['reviewer'], REVIEWER));
      const id = await stage.proposed(REVIEWER, 'L1', 'S1');
      return async () => said(await stage.confirm('human:j.weber2', id));
    },
    expect: denied('SOD_SAME_ACTOR'),
  },
  {
    name: 'the model confirms its own proposal',
    books: pair('120.00'),
    prepare: async (stage) => {
      const id = await stage.proposed(MODEL, 'L1', 'S1');
      return async () => said(await stage.confirm(MODEL, id));
    },
    expect: denied('SOD_SAME_ACTOR', 'SOD_LLM_CONFIRM', 'TIER_EXCEEDED'),
  },
  {
    name: 'one model confirms what another model proposed',
    books: pair('120.00'),
    prepare: async (stage) => {
      const second = { id: 'llm:second', kind: 'llm' as const, name: 'Second', roles: [], active: true };
      await stage.joined({ ...second, principal: CONTROLLERS[0] });
      const id = await stage.proposed(MODEL, 'L1', 'S1');
      return async () => said(await stage.confirm('llm:second', id));
    },
    expect: denied('SOD_LLM_CONFIRM', 'TIER_EXCEEDED'),
  },
  {
    name: 'the model confirms what the matching rules proposed',
    books: pair('120.00'),
    prepare: async (stage) => {
      await stage.settle();
      const id = await stage.onlyMatch();
      return async () => said(await stage.confirm(MODEL, id));
    },
    expect: {
      outcome: 'escalated',
      codes: ['TIER_EXCEEDED'],
      changes: ['escalations'],
      states: { matches: ['PROPOSED'] },
      decision: 'require_human_approval',
    },
  },
  {
    name: 'the model resolves an exception that it raised',
    books: pair('120.00'),
    prepare: async (stage) => {
      const exceptionId = await stage.flagged(MODEL, 'S1');
      return async () =>
        said(await resolveException(stage.door, callBy(MODEL), { exceptionId, rationale: 'Done.' }));
    },
    expect: {
      ...denied('SOD_SAME_ACTOR', 'SOD_LLM_CONFIRM', 'TIER_EXCEEDED'),
      states: { exceptions: ['OPEN'] },
    },
  },
  {
    name: 'the model certifies an account that does not tie out',
    books: pair('120.00'),
    prepare: async (stage) => {
      const { reconciliation } = stage;
      return async () =>
        said(await certify(stage.door, callBy(MODEL), { reconciliation, rationale: 'Ties out.' }));
    },
    expect: { ...denied('STATE_INVALID', 'TIER_EXCEEDED'), states: { matches: [] } },
  },
  {
    name: 'a preparer without the role confirms',
    books: pair('120.00'),
    prepare: async (stage) => {
      await stage.joined(person('kai.voss', ['preparer']));
      const id = await stage.proposed(MODEL, 'L1', 'S1');
      return async () => said(await stage.confirm('human:kai.voss', id));
    },
    expect: denied('ROLE_REQUIRED'),
  },
  {
    name: 'somebody who is not on the register confirms',
    books: pair('120.00'),
    prepare: async (stage) => {
      const id = await stage.proposed(MODEL, 'L1', 'S1');
      return async () => said(await stage.confirm('human:nobody.known', id));
    },
    expect: denied('ACTOR_UNKNOWN'),
  },
  {
    name: 'somebody who has left the register confirms',
    books: pair('120.00'),
    prepare: async (stage) => {
      await stage.joined(person('kai.voss', ['reviewer']));
      const id = await stage.proposed(MODEL, 'L1', 'S1');
      await stage.left('human:kai.voss');
      return async () => said(await stage.confirm('human:kai.voss', id));
    },
    expect: denied('ACTOR_UNKNOWN'),
  },
  {
    name: 'a reviewer confirms what the model proposed (allowed: the control must not simply say no)',
    books: pair('120.00'),
    prepare: async (stage) => {
      const id = await stage.proposed(MODEL, 'L1', 'S1');
      return async () => said(await stage.confirm(REVIEWER, id));
    },
    expect: {
      outcome: 'done',
      codes: [],
      changes: ['matches'],
      states: { matches: ['CONFIRMED'] },
      decision: 'allow',
    },
  },
];
