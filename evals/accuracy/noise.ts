import type { Random } from './random.ts';

const FIRST =
  'Granite Borealis Harbor Copper Lakeside Meridian Redwood Summit Ember Falcon Juniper Kestrel Linden Marlow Northwind Obsidian Pinecrest Quartz Ridgeline Sable Tidewater Umber Vantage Willow Yarrow Zephyr Alder Briar Cobalt Drift Elmwood Fennel Garnet Hollow Indigo Jasper Kelp Larch Mistral Nettle Opal Pewter Rowan Sorrel Thistle Vesper Wren Xenon Müller Østergaard Łódź Château'.split(
    ' ',
  );
const SECOND =
  'Foods Logistics Analytics Instruments Brewing Shipping Textiles Robotics Pharma Ceramics Outfitters Solar Plumbing Interiors Aerospace Packaging Dairy Printing Security Catering Consulting Software Machinery Timber Optics Fisheries Tooling Media Orchards Insurance Medical Electric'.split(
    ' ',
  );
const THIRD = ['', '', '', 'Group', 'Partners', 'International', 'Holdings', 'Works', 'Services', 'Supply'];
const LEGAL = ['Inc.', 'LLC', 'GmbH', 'Ltd', 'Corp.', 'AG', 'Co.', 'S.A.', 'B.V.', ''];
const PROCESSORS = ['SQ *', 'PAYPAL *', 'TST* ', 'PP*', 'STRIPE *'];

/** An invented company's full name. */
export function companyName(random: Random): string {
  const words = [random.pick(FIRST), random.pick(SECOND), random.pick(THIRD), random.pick(LEGAL)];
  return words.filter((word) => word !== '').join(' ');
}

/** A name as a bank writes it: one or two of what banks do to names. */
export function mangled(random: Random, name: string): string {
  let text = name;
  if (random.chance(0.7)) text = text.toUpperCase();
  if (random.chance(0.6)) text = text.replace(/,? (Inc\.|LLC|GmbH|Ltd|Corp\.|AG|Co\.|S\.A\.|B\.V\.)$/i, '');
  const kind = random.next();
  if (kind < 0.3) text = text.slice(0, random.pick([12, 16, 18, 22]));
  else if (kind < 0.5) text = slipped(random, text);
  else if (kind < 0.58) text = `${random.pick(PROCESSORS)}${text}`;
  else if (kind < 0.64) text = text.split(' ').slice(0, 2).join(' ');
  else if (kind < 0.68) text = text.replaceAll(' ', '');
  else if (kind < 0.73) text = initialled(text);
  else if (kind < 0.78) text = text.normalize('NFKD').replace(/\p{M}/gu, '');
  if (random.chance(0.1)) text = slipped(random, text);
  return text.trim();
}

function initialled(text: string): string {
  const [first = '', ...rest] = text.split(' ');
  return rest.length === 0 ? text : `${first[0] ?? ''}. ${rest.join(' ')}`;
}

/** One typing slip: a letter lost, doubled, mistaken, or two swapped. */
export function slipped(random: Random, text: string): string {
  const at = random.whole(1, Math.max(1, text.length - 2));
  const [one = '', two = ''] = [text[at], text[at + 1]];
  switch (random.whole(0, 3)) {
    case 0:
      return text.slice(0, at) + text.slice(at + 1);
    case 1:
      return text.slice(0, at) + one + text.slice(at);
    case 2:
      return text.slice(0, at) + two + one + text.slice(at + 2);
    default:
      return text.slice(0, at) + random.pick([...'aeinrst']) + text.slice(at + 1);
  }
}

/** A reference as the other side writes it: other separators, case, or leading zeros. */
export function respelled(random: Random, reference: string): string {
  switch (random.whole(0, 5)) {
    case 0:
      return reference.replaceAll('-', '');
    case 1:
      return reference.replaceAll('-', ' ');
    case 2:
      return reference.toLowerCase();
    case 3:
      return reference.replaceAll('-', '/');
    default:
      return reference;
  }
}

/** An amount of which two digits, the last that can be, are swapped; nine minor units more where none can. */
export function transposed(minor: bigint): bigint {
  const digits = [...minor.toString()];
  for (let at = digits.length - 2; at >= 0; at -= 1) {
    const [one, two] = [digits[at], digits[at + 1]];
    if (one === undefined || two === undefined || one === two || (at === 0 && two === '0')) continue;
    [digits[at], digits[at + 1]] = [two, one];
    return BigInt(digits.join(''));
  }
  return minor + 9n;
}
