import type { Rule } from 'eslint';

export declare const noNumberMoney: Rule.RuleModule;
export declare function looksLikeMoney(name: string): boolean;
