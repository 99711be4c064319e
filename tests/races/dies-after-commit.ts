// Confirms a match and is gone in the moment between the commit and the answer.
import { connect } from '../../ledger/connect.ts';
import type { Call } from '../../ledger/door.ts';
import { confirmMatch } from '../../ledger/matches.ts';
import { TEST_AUDIT_KEY } from '../harness/database.ts';

const db = connect(process.env['DATABASE_URL'] ?? '', 1);
const call = JSON.parse(process.env['CALL'] ?? '{}') as Call;
await confirmMatch({ db, auditKey: TEST_AUDIT_KEY }, call, {
  matchId: process.env['MATCH'] ?? '',
  rationale: 'As the evidence says.',
});
process.kill(process.pid, 'SIGKILL');
