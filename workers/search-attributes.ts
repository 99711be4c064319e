import type { Connection } from '@temporalio/client';
import proto from '@temporalio/proto';
import { SEARCH_ATTRIBUTES } from '../workflows/search-attributes.ts';

const { temporal } = proto;
const TYPES = {
  Keyword: temporal.api.enums.v1.IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
  Int: temporal.api.enums.v1.IndexedValueType.INDEXED_VALUE_TYPE_INT,
} as const;

/**
 * Registers the search attributes that the workflows set; a workflow that sets an unknown one would hang.
 * Where that is not this process's to do (Temporal Cloud), they must be there already.
 * @throws naming the ones that are missing, and the command that adds them.
 */
export async function ensureSearchAttributes(connection: Connection): Promise<void> {
  const namespace = process.env['TEMPORAL_NAMESPACE'] ?? 'default';
  const known = await connection.operatorService.listSearchAttributes({ namespace });
  const missing = Object.entries(SEARCH_ATTRIBUTES).filter(([name]) => !(name in known.customAttributes));
  if (missing.length === 0) return;
  try {
    await connection.operatorService.addSearchAttributes({
      namespace,
      searchAttributes: Object.fromEntries(missing.map(([name, type]) => [name, TYPES[type]])),
    });
  } catch (error) {
    const add = missing.map(
      ([name, type]) => `temporal operator search-attribute create --name ${name} --type ${type}`,
    );
    throw new Error(
      `search attributes are missing and could not be added (${String(error)}); run: ${add.join(' && ')}`,
      {
        cause: error,
      },
    );
  }
}
