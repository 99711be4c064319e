import { z } from 'zod';
import { MoneyError, type CurrencyCode } from '../policy/money.ts';
import { currencyCode } from '../policy/currency.ts';

/** How a date is written in a file. Nothing is guessed: `03/04/2026` alone does not say which is the month. */
export const DATE_FORMATS = ['YYYY-MM-DD', 'DD.MM.YYYY', 'MM/DD/YYYY', 'DD/MM/YYYY'] as const;
export type DateFormat = (typeof DATE_FORMATS)[number];

/** An ISO 4217 code as a schema. */
export const currencySchema = z.string().transform((code, context): CurrencyCode => {
  try {
    return currencyCode(code);
  } catch (error) {
    context.addIssue({
      code: 'custom',
      message: error instanceof MoneyError ? error.message : 'is no currency',
    });
    return z.NEVER;
  }
});

const header = z.string().min(1).max(200);

const columnsSchema = z
  .strictObject({
    id: header.optional(),
    date: header,
    value_date: header.optional(),
    amount: header.optional(),
    debit: header.optional(),
    credit: header.optional(),
    currency: header.optional(),
    reference: header.optional(),
    counterparty: header.optional(),
    description: header.optional(),
    group: header.optional(),
    account: header.optional(),
    fee: header.optional(),
  })
  .refine(
    (columns) =>
      columns.amount === undefined
        ? columns.debit !== undefined && columns.credit !== undefined
        : columns.debit === undefined && columns.credit === undefined,
    'name either an amount column or both a debit and a credit column',
  );

/**
 * How a CSV file is read. `columns` gives, for each of our fields, the header text of the file's column.
 * With `debit` and `credit`, credit raises the balance (a bank's view of the company's money); `sign: inverted`
 * turns every amount round, for files that state them the other way.
 */
export const mappingSchema = z
  .strictObject({
    delimiter: z.enum([',', ';', '\t', '|']).default(','),
    decimal: z.enum(['.', ',']).default('.'),
    thousands: z.enum([',', '.', ' ', "'"]).optional(),
    date_format: z.enum(DATE_FORMATS),
    sign: z.enum(['normal', 'inverted']).default('normal'),
    columns: columnsSchema,
    currency: currencySchema.optional(),
  })
  .refine((mapping) => mapping.thousands !== mapping.decimal, {
    message: 'the thousands separator must differ from the decimal sign',
    path: ['thousands'],
  })
  .refine((mapping) => (mapping.currency === undefined) !== (mapping.columns.currency === undefined), {
    message: 'name either a currency column or one constant currency',
    path: ['currency'],
  });

/** A checked mapping. */
export type CsvMapping = z.infer<typeof mappingSchema>;
