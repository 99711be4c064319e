// A JS number cannot hold 0.1, so money must never pass through one. Whole numbers (counts, limits, ports) are read with
// Number.parseInt, which this rule leaves alone.

const MONEY_WORDS = new Set([
  'amount',
  'balance',
  'total',
  'debit',
  'credit',
  'fee',
  'rate',
  'difference',
  'opening',
  'closing',
  'materiality',
  'cents',
  'usd',
]);

/**
 * The last word of a name says what it is: `feeTotal` is money, `totalLines` is a count of lines.
 * @param {string} name
 */
export function looksLikeMoney(name) {
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split(/[_$#-]+/);
  const last = words.findLast((word) => word !== '') ?? '';
  return MONEY_WORDS.has(last) || MONEY_WORDS.has(last.replace(/s$/, ''));
}

function nameOf(node) {
  if (node === null || node === undefined) return null;
  if (node.type === 'Identifier' || node.type === 'PrivateIdentifier') return node.name;
  if (node.type === 'Literal' && typeof node.value === 'string') return node.value;
  if (node.type === 'AssignmentPattern') return nameOf(node.left);
  return null;
}

function holdsNumber(type) {
  switch (type?.type) {
    case 'TSNumberKeyword':
      return true;
    case 'TSUnionType':
    case 'TSIntersectionType':
      return type.types.some(holdsNumber);
    case 'TSArrayType':
      return holdsNumber(type.elementType);
    case 'TSTupleType':
      return type.elementTypes.some(holdsNumber);
    case 'TSTypeOperator':
      return holdsNumber(type.typeAnnotation);
    case 'TSTypeReference':
      return (type.typeArguments?.params ?? []).some(holdsNumber);
    default:
      return false;
  }
}

const isNumberLiteral = (node) =>
  (node?.type === 'Literal' && typeof node.value === 'number') ||
  (node?.type === 'UnaryExpression' && node.operator === '-' && isNumberLiteral(node.argument));

// `z.number()` and what is chained to it, `z.int()`, `z.coerce.number()`.
function isNumberSchema(node) {
  if (node?.type !== 'CallExpression' || node.callee.type !== 'MemberExpression') return false;
  const method = nameOf(node.callee.property);
  if (['number', 'int', 'float32', 'float64'].includes(method) && rootName(node.callee.object) === 'z')
    return true;
  return isNumberSchema(node.callee.object);
}

function rootName(node) {
  return node.type === 'MemberExpression' ? rootName(node.object) : nameOf(node);
}

/** @type {import('eslint').Rule.RuleModule} */
export const noNumberMoney = {
  meta: {
    type: 'problem',
    docs: { description: 'Money is exact: it never becomes a JS number.' },
    schema: [],
    messages: {
      call: '{{what}} makes a JS number, which cannot hold money; use decimal() of policy/money.ts, or Number.parseInt for a count.',
      construct: 'Construct decimals with decimal() of policy/money.ts, which refuses JS numbers.',
      plus: 'Unary plus makes a JS number; use decimal() of policy/money.ts, or Number.parseInt for a count.',
      typed: '"{{name}}" sounds like money and holds a JS number; use Decimal, or name the count that it is.',
    },
  },
  create(context) {
    const report = (node, messageId, data) => context.report({ node, messageId, data });
    const checkName = (node, key, holds) => {
      const name = nameOf(key);
      if (name !== null && holds && looksLikeMoney(name)) report(node, 'typed', { name });
    };
    const checkTyped = (node) => checkName(node, node, holdsNumber(node.typeAnnotation?.typeAnnotation));
    const checkMember = (node) => {
      checkName(
        node,
        node.key,
        holdsNumber(node.typeAnnotation?.typeAnnotation) || isNumberLiteral(node.value),
      );
    };

    return {
      Identifier(node) {
        if (node.typeAnnotation) checkTyped(node);
        if (node.name === 'parseFloat') report(node, 'call', { what: 'parseFloat' });
        if (node.name === 'Number' && isValue(node)) report(node, 'call', { what: 'Number' });
      },
      'MemberExpression[property.name="toNumber"]'(node) {
        report(node, 'call', { what: 'toNumber()' });
      },
      'MemberExpression[property.value="toNumber"]'(node) {
        report(node, 'call', { what: 'toNumber()' });
      },
      'NewExpression[callee.name=/Decimal$/]'(node) {
        report(node, 'construct');
      },
      'UnaryExpression[operator="+"]'(node) {
        if (node.argument.type !== 'Literal' || typeof node.argument.value !== 'number') report(node, 'plus');
      },
      VariableDeclarator(node) {
        checkName(node, node.id, isNumberLiteral(node.init));
      },
      AssignmentPattern(node) {
        checkName(node, node.left, isNumberLiteral(node.right));
      },
      TSPropertySignature: checkMember,
      PropertyDefinition: checkMember,
      Property(node) {
        checkName(
          node,
          node.key,
          isNumberSchema(node.value) ||
            (node.parent.type === 'ObjectExpression' && isNumberLiteral(node.value)),
        );
      },
      FunctionDeclaration(node) {
        checkName(node, node.id, holdsNumber(node.returnType?.typeAnnotation));
      },
      MethodDefinition(node) {
        checkName(node, node.key, holdsNumber(node.value.returnType?.typeAnnotation));
      },
      TSMethodSignature(node) {
        checkName(node, node.key, holdsNumber(node.returnType?.typeAnnotation));
      },
    };
  },
};

// `Number(x)` and `.map(Number)`, but not `Number.isInteger(x)` or a property that happens to be called Number.
function isValue(node) {
  const { parent } = node;
  if (parent.type === 'MemberExpression') return false;
  if (parent.type === 'Property' && parent.key === node && !parent.shorthand) return false;
  return !parent.type.startsWith('TS') && !parent.type.startsWith('Import');
}
