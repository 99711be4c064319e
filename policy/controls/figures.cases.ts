import type { Code } from '../contract.ts';
import { decimal } from '../money.ts';
import {
  OPERATOR,
  PROPOSAL,
  SETTLEMENT,
  OPEN_EXCEPTION,
  policyWith,
  type Table,
  decisions,
} from '../testing.ts';

const line = (account: string, debit: string, credit: string) => ({
  account,
  debit: decimal(debit),
  credit: decimal(credit),
});
const FEE = [line('6850', '0.30', '0'), line('1010', '0', '0.10'), line('1011', '0', '0.20')];
const RESOLVING = { action: 'RESOLVE', subject: OPEN_EXCEPTION } as const;
const CROOKED: readonly Code[] = ['ADJUSTMENT_UNBALANCED'];

const FX: readonly Table[] = (
  [
    ['missing', 'FX_RATE_MISSING'],
    ['stale', 'FX_RATE_STALE'],
  ] as const
).map(([fx, code]) =>
  decisions(code, [
    ['a person confirms', { fx }, 'deny', [code]],
    ['a model proposes', { ...PROPOSAL, fx }, 'deny', [code]],
    ['the engine settles', { ...SETTLEMENT, fx }, 'deny', [code]],
    ['reading', { action: 'READ', fx }, 'allow'],
  ]),
);

/** What the controls of `figures.ts` must answer: amounts and entries. */
export const FIGURES: readonly Table[] = [
  ...FX,
  decisions('ADJUSTMENT_UNBALANCED', [
    ['a balanced entry', { ...RESOLVING, adjustment: FEE }, 'allow'],
    ['a cent too little', { ...RESOLVING, adjustment: FEE.slice(0, 2) }, 'deny', CROOKED],
    ['no lines', { ...RESOLVING, adjustment: [] }, 'deny', CROOKED],
    [
      'a line with both sides',
      { ...RESOLVING, adjustment: [line('1', '5', '5'), line('2', '5', '5')] },
      'deny',
      CROOKED,
    ],
    [
      'a line with neither side',
      { ...RESOLVING, adjustment: [...FEE, line('9', '0', '0')] },
      'deny',
      CROOKED,
    ],
    [
      'negative sides',
      { ...RESOLVING, adjustment: [line('1', '-5', '0'), line('2', '0', '-5')] },
      'deny',
      CROOKED,
    ],
    [
      'a line without an account',
      { ...RESOLVING, adjustment: [line(' ', '5', '0'), line('2', '0', '5')] },
      'deny',
      CROOKED,
    ],
    ['a closed account', { ...RESOLVING, adjustment: FEE, closedAccounts: ['6850'] }, 'deny', CROOKED],
    [
      'a model flags with a crooked entry',
      { action: 'FLAG', actor: OPERATOR, subject: { ...OPEN_EXCEPTION, state: 'NEW' }, adjustment: [] },
      'deny',
      CROOKED,
    ],
  ]),
  decisions(
    'an account the policy closed',
    [['any entry', { ...RESOLVING, adjustment: FEE }, 'deny', CROOKED]],
    policyWith('closed_accounts: []', "closed_accounts: ['US/6850']"),
  ),
];
