import { defineSearchAttributeKey } from '@temporalio/common';
import { upsertSearchAttributes } from '@temporalio/workflow';
import type { SEARCH_ATTRIBUTES } from './search-attributes.ts';

const keys = {
  CloseEntity: defineSearchAttributeKey('CloseEntity', 'KEYWORD'),
  ClosePeriod: defineSearchAttributeKey('ClosePeriod', 'KEYWORD'),
  CloseState: defineSearchAttributeKey('CloseState', 'KEYWORD'),
  PendingApprovals: defineSearchAttributeKey('PendingApprovals', 'INT'),
  PolicyHash: defineSearchAttributeKey('PolicyHash', 'KEYWORD'),
} satisfies Record<keyof typeof SEARCH_ATTRIBUTES, unknown>;

/** What the lists of Temporal's UI can be filtered by. Only what is given is set. */
export function show(attributes: {
  entity?: string;
  period?: string;
  state?: string;
  pendingApprovals?: number;
  policyHash?: string;
}): void {
  const { entity, period, state, pendingApprovals, policyHash } = attributes;
  upsertSearchAttributes([
    ...(entity === undefined ? [] : [{ key: keys.CloseEntity, value: entity }]),
    ...(period === undefined ? [] : [{ key: keys.ClosePeriod, value: period }]),
    ...(state === undefined ? [] : [{ key: keys.CloseState, value: state }]),
    ...(pendingApprovals === undefined ? [] : [{ key: keys.PendingApprovals, value: pendingApprovals }]),
    ...(policyHash === undefined ? [] : [{ key: keys.PolicyHash, value: policyHash }]),
  ]);
}
