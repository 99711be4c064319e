import { z } from 'zod';
import { ACTIONS, type Action, CODES, SENSITIVITIES, TIERS } from './contract.ts';
import { CalendarError, closeBusinessDay, isTimeZone } from './calendar.ts';
import { amountOf, currencyCode } from './currency.ts';
import { isPlainDate } from './dates.ts';
import { MoneyError } from './money.ts';

/** An action as `policy.yaml` writes it: `SETTLE_BY_RULE` is `settle_by_rule`. */
export type ActionKey = Lowercase<Action>;

/** The key of an action in `tool_tiers`, `tier_overrides` and `roles`. */
export function actionKey(action: Action): ActionKey {
  return action.toLowerCase() as ActionKey;
}

const USD = currencyCode('USD');

/** What stands where something else was expected, for messages. */
export function describe(input: unknown): string {
  switch (typeof input) {
    case 'string':
      return `"${input.slice(0, 60)}"`;
    case 'number':
      return `the number ${input}`;
    case 'boolean':
      return String(input);
    default:
      return input === null ? 'nothing' : Array.isArray(input) ? 'a list' : 'a block of keys';
  }
}

const expecting =
  (what: string) =>
  ({ input }: { readonly input?: unknown }): string =>
    input === undefined ? 'is missing' : `${what}, found ${describe(input)}`;

const money = z
  .string({ error: expecting('money must be a quoted string such as "1000.00"') })
  .superRefine((value, context) => {
    try {
      if (!amountOf(value, USD).isNegative()) return;
      context.addIssue({ code: 'custom', message: `a limit is not negative, found "${value}"` });
    } catch (error) {
      if (!(error instanceof MoneyError)) throw error;
      context.addIssue({ code: 'custom', message: error.message });
    }
  });

const name = (pattern: RegExp, like: string) =>
  z.string({ error: expecting(`must be text such as ${like}`) }).regex(pattern, {
    error: ({ input }) => `must look like ${like}, found "${String(input).slice(0, 60)}"`,
  });

const whole = (min: number, max: number) =>
  z
    .int({ error: expecting('must be a whole number') })
    .min(min, { error: `must be at least ${min}` })
    .max(max, { error: `must be at most ${max}` });

const actorId = name(/^(human|llm|engine):[A-Za-z0-9][A-Za-z0-9._@-]{0,99}$/, 'human:priya.raman');
const entity = name(/^[A-Za-z0-9_-]{1,20}$/, 'US');
const accountKey = name(/^[A-Za-z0-9_-]{1,20}\/[A-Za-z0-9_-]{1,20}$/, 'US/1030');
const ruleName = name(/^[a-z][a-z0-9_]{0,59}$/, 'exact_reference');
const roleName = name(/^[a-z][a-z0-9_-]{0,39}$/, 'reviewer');
const text = name(/\S/, '"some words"');

const unique = <T extends z.ZodType<string>>(item: T) =>
  z.array(item).superRefine((values, context) => {
    values.forEach((value, index) => {
      if (values.indexOf(value) === index) return;
      context.addIssue({ code: 'custom', path: [index], message: `"${value}" is listed twice` });
    });
  });

const date = z.string({ error: expecting('must be a date such as "2026-03-31"') }).refine(isPlainDate, {
  error: ({ input }) => `"${String(input).slice(0, 40)}" is not a date like 2026-03-31`,
});

const actionName = z.enum(ACTIONS.map(actionKey));
const tier = z.enum(TIERS);
const sensitivity = z.enum(SENSITIVITIES);
const perAction = <T extends z.ZodType>(value: T) => z.partialRecord(actionName, value);
const perSensitivity = <T extends z.ZodType>(value: T) => z.partialRecord(sensitivity, value);

const businessDay = whole(-260, 260).refine((day) => day !== 0, {
  error: 'business day 0 does not exist: 1 is the first after the period, -1 the last within it',
});

const calendar = z
  .strictObject({
    zone: z.string().refine(isTimeZone, {
      error: ({ input }) => `"${String(input).slice(0, 40)}" is not a time zone like Europe/Berlin`,
    }),
    opens_business_day: businessDay,
    closes_business_day: businessDay.nullable(),
    holidays: unique(date),
  })
  .superRefine((value, context) => {
    const { opens_business_day: opens, closes_business_day: closes } = value;
    if (closes !== null && closes < opens) {
      context.addIssue({
        code: 'custom',
        path: ['closes_business_day'],
        message: `the window closes on day ${closes}, before it opens on day ${opens}`,
      });
    }
    if (opens === 0) return;
    try {
      closeBusinessDay(value, '2026-03', opens);
    } catch (error) {
      if (!(error instanceof CalendarError)) throw error;
      context.addIssue({ code: 'custom', path: ['holidays'], message: error.message });
    }
  });

/** The shape of `policy.yaml`. It fills in no defaults, so that what is hashed is what was written. */
export const policySchema = z.strictObject({
  version: text,
  author: actorId,
  approved_by: actorId.optional(),
  materiality_threshold_usd: money,
  dual_approval_threshold_usd: money,
  entity_materiality_overrides: z.record(entity, money).optional(),
  account_sensitivity: z.strictObject({
    default: sensitivity,
    accounts: z.record(accountKey, sensitivity).optional(),
  }),
  tool_tiers: perAction(tier),
  tier_overrides: perSensitivity(perAction(tier)).optional(),
  auto_settle: z.strictObject({ rules: unique(ruleName), cumulative_limit_usd: money }),
  roles: perAction(
    perSensitivity(unique(roleName).min(1, { error: 'lists no role; nobody could act' })),
  ).optional(),
  close_calendar: z.strictObject({ entities: z.record(entity, calendar) }),
  fx: z.strictObject({ source: text, max_age_days: whole(0, 31) }),
  intercompany: z.strictObject({ tolerance_usd: money }).optional(),
  agent: z.strictObject({
    model: text,
    max_turns: whole(1, 1000),
    max_tokens_per_turn: whole(1, 200_000),
    max_input_tokens: whole(1, 100_000_000),
    max_packet_items: whole(1, 10_000),
  }),
  closed_accounts: unique(accountKey).optional(),
  audit: z.strictObject({ retention_years: whole(1, 99) }).optional(),
  rules: z.record(ruleName, z.strictObject({ codes: unique(z.enum(CODES)).min(1), text })),
});

/** A checked `policy.yaml` as plain JSON, exactly as written; money stays decimal strings of US dollars. */
export type PolicyContent = z.infer<typeof policySchema>;
