import { dirname, isAbsolute, relative, resolve, sep } from 'node:path';

/**
 * Which room a file of the repository is in: the longest named folder that holds it.
 * @param {string} path relative to the root, with slashes
 * @param {readonly string[]} rooms
 */
function roomOf(path, rooms) {
  return rooms.filter((room) => path.startsWith(`${room}/`)).sort((a, b) => b.length - a.length)[0] ?? null;
}

/** @type {import('eslint').Rule.RuleModule} */
export const roomImports = {
  meta: {
    type: 'problem',
    docs: { description: 'A room imports only what the table of rooms allows.' },
    schema: [
      {
        type: 'object',
        properties: {
          root: { type: 'string' },
          // Room → what it may import besides itself: a room, or `type:room` for types only.
          rooms: { type: 'object', additionalProperties: { type: 'array', items: { type: 'string' } } },
        },
        required: ['root', 'rooms'],
        additionalProperties: false,
      },
    ],
    messages: {
      room: '{{from}}/ may not import from {{to}} ({{allowed}}).',
      types: '{{from}}/ may import only types from {{to}}: write `import type`.',
    },
  },
  create(context) {
    const { root, rooms } = context.options[0];
    const names = Object.keys(rooms);
    const posix = (path) => relative(root, path).split(sep).join('/');
    const from = roomOf(posix(context.filename), names);
    if (from === null) return {};
    const allowed = rooms[from] ?? [];

    const check = (source, typeOnly) => {
      if (source?.type !== 'Literal' || typeof source.value !== 'string') return;
      if (!source.value.startsWith('.') && !isAbsolute(source.value)) return;
      const target = posix(resolve(dirname(context.filename), source.value));
      const to = roomOf(target, names);
      if (to === from || allowed.some((each) => each === to || to?.startsWith(`${each}/`))) return;
      if (to !== null && allowed.includes(`type:${to}`)) {
        if (!typeOnly) context.report({ node: source, messageId: 'types', data: { from, to: `${to}/` } });
        return;
      }
      const list = allowed.length === 0 ? 'only its own files' : `only ${allowed.join(', ')}`;
      context.report({
        node: source,
        messageId: 'room',
        data: { from, to: to === null ? target : `${to}/`, allowed: list },
      });
    };

    const onlyTypes = (node, kind) =>
      node[kind] === 'type' ||
      (node.specifiers?.length > 0 && node.specifiers.every((specifier) => specifier[kind] === 'type'));
    return {
      ImportDeclaration: (node) => check(node.source, onlyTypes(node, 'importKind')),
      ExportNamedDeclaration: (node) => check(node.source, onlyTypes(node, 'exportKind')),
      ExportAllDeclaration: (node) => check(node.source, node.exportKind === 'type'),
      ImportExpression: (node) => check(node.source, false),
      TSImportType: (node) => check(node.source, true),
    };
  },
};
