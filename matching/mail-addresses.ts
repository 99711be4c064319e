const ADDRESS = /([a-z0-9._+-]+)@([a-z0-9-]+(?:\.[a-z0-9-]+)+)/g;
const PROVIDERS = new Set(
  (
    'gmail googlemail outlook hotmail live msn yahoo ymail rocketmail icloud me mac aol gmx web t-online freenet posteo ' +
    'proton protonmail pm fastmail hey zoho mail email inbox yandex qq 163 126 naver orange wanadoo free laposte sfr ' +
    'libero tiscali virgilio btinternet sky virginmedia talktalk ntlworld bigpond optusnet comcast verizon att sbcglobal ' +
    'cox charter earthlink rogers shaw telus bluewin ziggo kpnmail planet telenet skynet seznam wp o2 onet interia uol bol terra'
  ).split(' '),
);
// Mailboxes of an office, which name nobody.
const ROLES =
  /^(?:info|hello|contact|kontakt|office|mail|email|post|team|admin|accounts?|accounting|buchhaltung|compta|comptabilite|finance|billing|invoices?|rechnung(?:en)?|facturation|payments?|zahlungen|payables?|receivables?|ap|ar|sales|orders?|shop|service|support|help|no-?reply|purchasing|einkauf|treasury|bookkeeping)[\d._+-]*$/;

/**
 * A text with whose they are in place of its mail addresses: `lindholm bakery` for billing@lindholm-bakery.co.uk, `j okafor` for
 * j.okafor81 at a provider of addresses.
 * @param text as `foldText` gives it.
 */
export function withoutAddresses(text: string): string {
  return text.replace(ADDRESS, ownerOf);
}

function ownerOf(_: string, mailbox: string, domain: string): string {
  const owner = domain.replace(/(?:\.(?:com?|org|net|gov|ac|edu))?\.[a-z]+$/, '').replace(/^.*\./, '');
  const person = mailbox.replace(/[\d._+-]+/g, ' ').trim();
  if (PROVIDERS.has(owner)) return person;
  return ROLES.test(mailbox) ? owner.replaceAll('-', ' ') : `${owner.replaceAll('-', ' ')} ${person}`;
}
