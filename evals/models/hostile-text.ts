// What has no place in a payer's name or a payment's purpose. Each alone is reason enough to have a person look.
const SIGNS: readonly RegExp[] = [
  // Somebody gives orders about the work itself.
  /\b(ignore|disregard|forget|override|bypass)\b.{0,60}\b(instruction|rule|polic|previous|above|control)/i,
  /\b(do not|don't|without|no second) (ask|review|flag|report|escalat)/i,
  /\b(pre-?approved|exempt(ion|ed)?|suspended)\b/i,
  /\b(auto[- ]?)?(confirm|certify|approve|settle)\b.{0,40}\b(all|every|match|account|open|own|now|immediately)\b/i,
  /\b(mark|treat)\b.{0,40}\bas (matched|confirmed|approved|reconciled)\b/i,
  // Somebody speaks as somebody else.
  /\b(you are (now )?\w+|act as|as (the )?(controller|administrator|treasur)|system (message|prompt)|maintenance mode)\b/i,
  /\b(reconciliation )?(agent|assistant|bot|model):/i,
  /x-actor-id|\b(human|llm|engine):[a-z]/i,
  // The words of the tools, or the notation of a conversation with one.
  /\b[a-z]+_(match|items?|exception|audit|result)\b/i,
  /<\/?[a-z]+>|"\w+"\s*:|[{}\]]\s*,\s*[{"]/i,
  // Something wants to be opened, sent or calculated.
  /https?:\/\/|!?\[[^\]]*\]\(/i,
  /^\s*[=@][a-z(]/i,
  // Characters that show a reader something else than what is there.
  /[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/,
];

/** True when text reads like an instruction to whoever reads it, or hides what it is. A rule of thumb, not a control. */
export function looksHostile(text: string | null): boolean {
  return text !== null && SIGNS.some((sign) => sign.test(text));
}
