import { join } from 'node:path';
import { z } from 'zod';
import type { CurrencyCode } from '../policy/money.ts';
import { ConfigError, readConfig } from './config-file.ts';
import { type CsvMapping, currencySchema, mappingSchema } from './mapping.ts';

/** What an account is, which says how its two sides relate. */
export const ACCOUNT_KINDS = ['bank', 'card_clearing', 'intercompany'] as const;
export type AccountKind = (typeof ACCOUNT_KINDS)[number];

/** Where one side of a reconciliation comes from, and how the file is read. */
export interface Source {
  /** A file name inside `inbox/<period>/`. */
  readonly file: string;
  readonly format: 'csv' | 'camt053';
  /** The mapping's name and content; null for camt.053. */
  readonly mapping: { readonly name: string; readonly columns: CsvMapping } | null;
  /** Take only lines of this account (the mapped account column; for camt.053 the IBAN). Null takes all. */
  readonly account: string | null;
  /** `inverted` turns every amount round, on top of what the mapping says. */
  readonly sign: 'normal' | 'inverted';
  /** The currency that the side is kept in; the account's own unless the file says otherwise. */
  readonly currency: CurrencyCode;
}

/** A reconciled account: two sides that must explain each other. */
export interface Account {
  readonly code: string;
  readonly name: string;
  readonly currency: CurrencyCode;
  readonly kind: AccountKind;
  /** For intercompany: whose ledger the other side is. */
  readonly counterparty: { readonly entity: string; readonly account: string } | null;
  readonly ledger: Source;
  readonly statement: Source;
}

export interface Entity {
  readonly code: string;
  readonly name: string;
  readonly currency: CurrencyCode;
  readonly accounts: readonly Account[];
}

/** A group of entities as `company.yaml` describes it. */
export interface Company {
  /** The folder that `company.yaml` is in. */
  readonly dir: string;
  readonly name: string;
  readonly reportingCurrency: CurrencyCode;
  readonly entities: readonly Entity[];
  /** Files of ECB reference rates, relative to `dir`. */
  readonly fx: readonly string[];
}

// A plain name: no folder, no dot first, so that nothing outside the inbox can be named.
const fileName = z
  .string()
  .regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,120}$/, 'must be a plain file name in the inbox');
const relativePath = z
  .string()
  .regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]*(\/[A-Za-z0-9_][A-Za-z0-9_.-]*)*$/, 'must be a path inside the folder');
const code = z.string().regex(/^[A-Za-z0-9_-]{1,20}$/, 'must be a short code of letters and digits');
const label = z.string().min(1).max(120);
const sign = z.enum(['normal', 'inverted']).default('normal');

const csvSource = z.strictObject({
  file: fileName,
  format: z.literal('csv').default('csv'),
  mapping: z.string().min(1),
  account: z.string().min(1).optional(),
  sign,
  currency: currencySchema.optional(),
});
const camtSource = z.strictObject({
  file: fileName,
  format: z.literal('camt053'),
  iban: z.string().min(1).optional(),
  sign,
  currency: currencySchema.optional(),
});
const sourceSchema = z.union([camtSource, csvSource]);

const accountSchema = z.strictObject({
  name: label,
  currency: currencySchema,
  kind: z.enum(ACCOUNT_KINDS),
  counterparty: z.strictObject({ entity: code, account: code }).optional(),
  ledger: sourceSchema,
  statement: sourceSchema,
});

/** The shape of `company.yaml`. */
export const companySchema = z.strictObject({
  name: label,
  reporting_currency: currencySchema,
  entities: z.record(
    code,
    z.strictObject({ name: label, currency: currencySchema, accounts: z.record(code, accountSchema) }),
  ),
  mappings: z.record(z.string().min(1), mappingSchema).default({}),
  fx: z.array(relativePath).default([]),
});

type RawCompany = z.output<typeof companySchema>;
type RawSource = z.output<typeof sourceSchema>;

/**
 * Reads `company.yaml` of a folder.
 * @throws {ConfigError} with file, line, what and what now.
 */
export function loadCompany(dir: string): Company {
  const file = join(dir, 'company.yaml');
  const raw = readConfig(file, companySchema);
  const entities = Object.entries(raw.entities).map(([entityCode, entity]): Entity => ({
    code: entityCode,
    name: entity.name,
    currency: entity.currency,
    accounts: Object.entries(entity.accounts).map(([accountCode, account]): Account => {
      const where = `entities.${entityCode}.accounts.${accountCode}`;
      if ((account.kind === 'intercompany') !== (account.counterparty !== undefined)) {
        throw fault(file, `${where}: an intercompany account, and no other, names its counterparty`);
      }
      const counterparty = account.counterparty ?? null;
      if (counterparty !== null && raw.entities[counterparty.entity] === undefined) {
        throw fault(file, `${where}.counterparty: there is no entity "${counterparty.entity}"`);
      }
      return {
        code: accountCode,
        name: account.name,
        currency: account.currency,
        kind: account.kind,
        counterparty,
        ledger: source(raw, account.ledger, account.currency, file, `${where}.ledger`),
        statement: source(raw, account.statement, account.currency, file, `${where}.statement`),
      };
    }),
  }));
  return { dir, name: raw.name, reportingCurrency: raw.reporting_currency, entities, fx: raw.fx };
}

/** The inbox folder of a period (`YYYY-MM`). */
export function inboxOf(company: Company, period: string): string {
  if (!/^\d{4}-(0[1-9]|1[0-2])$/.test(period))
    throw fault(company.dir, `"${period.slice(0, 20)}" is no period`);
  return join(company.dir, 'inbox', period);
}

function source(raw: RawCompany, side: RawSource, own: CurrencyCode, file: string, where: string): Source {
  const common = { file: side.file, sign: side.sign, currency: side.currency ?? own };
  if (side.format === 'camt053') {
    return { ...common, format: 'camt053', mapping: null, account: side.iban ?? null };
  }
  const columns = Object.hasOwn(raw.mappings, side.mapping) ? raw.mappings[side.mapping] : undefined;
  if (columns === undefined) {
    throw fault(
      file,
      `${where}.mapping: there is no mapping "${side.mapping}" (${Object.keys(raw.mappings).join(', ')})`,
    );
  }
  if (side.account !== undefined && columns.columns.account === undefined) {
    throw fault(file, `${where}.account: mapping "${side.mapping}" has no account column to choose by`);
  }
  return {
    ...common,
    format: 'csv',
    mapping: { name: side.mapping, columns },
    account: side.account ?? null,
  };
}

function fault(file: string, what: string): ConfigError {
  return new ConfigError({ file, line: 0, what, whatNow: 'correct company.yaml' });
}
