import { CODES, type Code } from './contract.ts';
import type { Control, Verdict } from './controls/facts.ts';
import { CONTROLS, type Gate, evaluateWith } from './gate.ts';
import { type Row, type Table, assertRow } from './testing.ts';

/** The gate with one control made worse. */
export interface Mutant {
  readonly code: Code;
  /** What was done to the control. */
  readonly change: string;
  readonly gate: Gate;
}

const LENIENT = {
  'is disabled': () => null,
  'asks for approval instead of denying': (verdict) => (verdict === 'deny' ? 'approval' : verdict),
  'lets pass what needs approval': (verdict) => (verdict === 'approval' ? null : verdict),
} as const satisfies Record<string, (verdict: Verdict) => Verdict>;

const changed = (code: Code, control: Control): Gate => evaluateWith({ ...CONTROLS, [code]: control });

const TO_APPROVAL: ReadonlySet<Code> = new Set([
  'ACCOUNT_FORCED_HUMAN',
  'MATERIALITY_OVER_THRESHOLD',
  'STRATEGY_REQUIRES_HUMAN',
  'DUAL_APPROVAL_REQUIRED',
]);

/** How a control answers when it fires. */
export function answersOf(code: Code): readonly Verdict[] {
  // A program reaching past its tier waits for a human; what has no tier is denied.
  if (code === 'TIER_EXCEEDED') return ['deny', 'approval'];
  return TO_APPROVAL.has(code) ? ['approval'] : ['deny'];
}

/** For every control: disabled, and weakened by one step where it ever answers that strongly. */
export function mutants(): Mutant[] {
  return CODES.flatMap((code) => {
    const original = CONTROLS[code];
    const answers = answersOf(code);
    return (
      Object.entries(LENIENT)
        .filter(([, weaken]) => answers.some((verdict) => weaken(verdict) !== verdict))
        // Where nothing is left of the control, weakening it is disabling it.
        .filter(([change, weaken]) => change === 'is disabled' || answers.some((verdict) => weaken(verdict)))
        .map(([change, weaken]) => ({
          code,
          change,
          gate: changed(code, (facts) => weaken(original(facts))),
        }))
    );
  });
}

/** The first row that tells a gate from the right one; null when it survives them all. */
export function killer(gate: Gate, tables: readonly Table[]): { table: Table; row: Row } | null {
  for (const table of tables) {
    for (const row of table.rows) {
      try {
        assertRow(gate, table, row);
      } catch {
        return { table, row };
      }
    }
  }
  return null;
}
