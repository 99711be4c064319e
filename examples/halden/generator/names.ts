import type { Random } from './random.ts';

/** Invented trading partners. */
export const US_CUSTOMERS = [
  'Northgate Analytical Labs',
  'Brightwater Utilities Authority',
  'Calloway & Sons Foundry',
  'Meridian Aerospace Components',
  'Pinecrest Water District',
  'Redstone Pharma Logistics',
  'Lakeshore Brewing Cooperative',
  'Tri-County Hospital Group',
  'Ostrander Semiconductor',
  'Blue Mesa Research Institute',
  'Fairhaven Shipyards',
  'Summit Ridge Dairy Partners',
] as const;
export const US_SUPPLIERS = [
  'Keystone Sensor Supply',
  'Altamont Freight Lines',
  'Granite Peak Insurance',
  'Delphi Precision Machining',
  'Copperfield Office Leasing',
  'Harborview Catering',
  'Quantum Calibration Services',
  'Evergreen Power & Light',
] as const;
export const DE_CUSTOMERS = [
  'Stadtwerke Lindenau GmbH',
  'Brauerei Hirschgrund KG',
  'Müller Messtechnik GmbH & Co. KG',
  'Klinikum Weserbogen gGmbH',
  'Papierfabrik Schönfeld AG',
  'Chemie Rheinaue GmbH',
  'Institut für Strömungsforschung',
  'Maschinenbau Tannhäuser GmbH',
] as const;
export const DE_SUPPLIERS = [
  'Optik Jena-West GmbH',
  'Spedition Kranich GmbH',
  'Büropark Isarufer Verwaltungs GmbH',
  'Elektro Grünwald e.K.',
  'Kabelwerk Osterholz AG',
  'Prüflabor Südpfalz GmbH',
] as const;
export const SG_CUSTOMERS = [
  'Tanjong Marine Engineering',
  'Kallang Water Systems',
  'Bukit Biotech Pte Ltd',
  'Changi Avionics Services',
  'Orchid Food Processing',
  'Jurong Polymer Works',
] as const;
export const SG_SUPPLIERS = [
  'Merlion Cold Chain Logistics',
  'Straits Calibration House',
  'Sentosa Facility Management',
  'Pasir Panjang Warehousing',
] as const;
export const PATRONS = [
  'Aldous Whitcombe',
  'Beatriz Fontaine',
  'Casimir Oduya',
  'Dagny Thorvald',
  'Emeka Strand',
  'Florian Achterberg',
  'Guadalupe Hensley',
  'Hideo Marchetti',
  'Ingrid Vasquez',
  'Jamal Rosenquist',
] as const;

/** How a bank with a short name field prints it: upper case, cut. */
export function truncated(name: string, length = 18): string {
  return name.toUpperCase().slice(0, length).trimEnd();
}

/** A name as somebody mistypes it: two neighbouring letters change places, or one is lost. */
export function misspelt(random: Random, name: string): string {
  const at = random.int(2, Math.min(name.length - 3, 9));
  const before = name.slice(0, at);
  const [one = '', two = ''] = [name[at], name[at + 1]];
  return one === two || random.int(0, 1) === 0
    ? before + name.slice(at + 1)
    : before + two + one + name.slice(at + 2);
}
