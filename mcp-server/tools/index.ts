import type { Tool } from '../define-tool.ts';
import { confirmMatchTool } from './confirm-match.ts';
import { flagExceptionTool } from './flag-exception.ts';
import { investigateItemTool } from './investigate-item.ts';
import { listOpenItemsTool } from './list-open-items.ts';
import { proposeMatchTool } from './propose-match.ts';
import { queryAuditTool } from './query-audit.ts';
import { rejectMatchTool } from './reject-match.ts';

/** All the tools there are. */
export const TOOLS: readonly Tool[] = [
  listOpenItemsTool,
  investigateItemTool,
  queryAuditTool,
  proposeMatchTool,
  flagExceptionTool,
  rejectMatchTool,
  confirmMatchTool,
];
