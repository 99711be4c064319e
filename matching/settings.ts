import { parse } from 'yaml';
import { z } from 'zod';
import { isPlainDate } from '../policy/dates.ts';

const days = (most: number) => z.int().min(0).max(most);
const money = z.string().regex(/^\d{1,12}(\.\d{1,4})?$/, 'must be a quoted amount such as "25.00"');

/** The shape of `rules.yaml`. What a file leaves out keeps its default; unknown keys are errors. */
export const settingsSchema = z.strictObject({
  /** Rules whose unambiguous matches may settle without a person. */
  settle: z
    .array(z.string().regex(/^[a-z][a-z0-9_]*$/))
    .default(['exact_reference', 'identifier', 'group_key']),
  /** Rules that are not to run. */
  off: z.array(z.string().regex(/^[a-z][a-z0-9_]*$/)).default([]),
  /** How far apart two dates may be, in business days, by what else the lines share. */
  windows: z
    .strictObject({
      reference: days(260).default(15),
      /** Of proposals by an identifier: whoever names the document may be late. */
      late: days(260).default(66),
      /** The same where these lines name the document and nobody else does. */
      document: days(400).default(270),
      name: days(60).default(15),
      amount: days(20).default(7),
      group: days(60).default(15),
      offset: days(260).default(15),
    })
    .prefault({}),
  /** Public holidays; Saturdays and Sundays are none. */
  holidays: z.array(z.string().refine(isPlainDate, 'must be a date such as "2026-03-31"')).default([]),
  /** Bank and wire fees that may be missing between two amounts, in the lines' currency. */
  fees: z
    .array(money)
    .default([
      '10.00',
      '12.00',
      '12.50',
      '15.00',
      '17.50',
      '18.00',
      '20.00',
      '25.00',
      '30.00',
      '35.00',
      '40.00',
      '45.00',
      '50.00',
    ]),
  /** The largest share of a gross amount that a processor keeps, in percent. */
  fee_percent: z
    .string()
    .regex(/^\d{1,2}(\.\d{1,3})?$/)
    .default('4'),
  /** What it keeps of each payment besides, at most, in the lines' currency. */
  fee_each: money.default('0.35'),
  /** Rounding that conversion between currencies may leave, in the lines' currency. */
  rounding: money.default('0.05'),
  /** Largest difference between two currencies after conversion, in the reporting currency. */
  fx_tolerance: money.default('5.00'),
  /** Largest pool in which sums are looked for; larger ones stay open. */
  sum_pool: z.int().min(2).max(60).default(30),
});

export type Settings = z.infer<typeof settingsSchema>;

/** What holds where no `rules.yaml` says otherwise. */
export const DEFAULT_SETTINGS: Settings = settingsSchema.parse({});

/** A `rules.yaml` that cannot be used: which key, what is wrong. */
export class SettingsError extends Error {
  override name = 'SettingsError';
}

/**
 * Reads a `rules.yaml`.
 * @throws {SettingsError} naming the file, the key and what is wrong with it.
 */
export function parseSettings(text: string, file: string): Settings {
  let raw: unknown;
  try {
    raw = parse(text);
  } catch (error) {
    throw new SettingsError(
      `${file}: is no YAML: ${error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)}`,
    );
  }
  const read = settingsSchema.safeParse(raw ?? {});
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  const at = issue && issue.path.length > 0 ? `${issue.path.join('.')}: ` : '';
  throw new SettingsError(`${file}: ${at}${issue?.message ?? 'cannot be used'}; correct it and run again`);
}
