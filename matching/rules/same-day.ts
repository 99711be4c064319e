import { show } from '../amounts.ts';
import { type Rule, percentScore, sideOf } from '../board.ts';
import { byKeys, haveTexts } from '../line.ts';

// Where fewer are of one day, an equal amount of another day is as likely the partner.
const LEAST_SHARE = 0.75;
const PERCENT = 65;

/**
 * The same amount on the same day, once on each side, and no text to compare: where amounts that nothing else has show
 * that the two sides of this account nearly always have an event on one day. Then also a round amount that other days have. A proposal.
 */
export const sameDay: Rule = {
  name: 'same_day',
  version: 1,
  find(board) {
    const silent = board
      .open()
      .filter(({ currency }) => board.statistics.sameDayShare(currency) >= LEAST_SHARE);
    const days = byKeys(silent, ({ currency, date, minor }) => [`${currency} ${date} ${minor}`]);
    for (const lines of days.values()) {
      const [ledger, statement] = [sideOf(lines, 'ledger'), sideOf(lines, 'statement')];
      const [one, other] = [ledger[0], statement[0]];
      if (!one || !other || ledger.length > 1 || statement.length > 1) continue;
      if (haveTexts(one, other) || board.weigh(one, other).contradicted) continue;
      board.take({
        rule: sameDay.name,
        type: 'exact_match',
        lines: [one, other],
        score: percentScore(PERCENT),
        alternatives: 0,
        reasons:
          `same amount ${show(one.minor, one.currency)} ${one.currency}, same day, as nearly all of this account whose amount ` +
          `stands once on a side; no text to compare`,
      });
    }
  },
};
