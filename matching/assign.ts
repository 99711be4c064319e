/** A pair that may be matched: indexes of a row and a column, and what speaks for it. Only positive gains are worth it. */
export interface Edge {
  readonly row: number;
  readonly column: number;
  readonly gain: number;
}

/** A pair of the best assignment, and how many other partners would have been as good in another best one. */
export interface Assigned extends Edge {
  readonly alternatives: number;
}

// Past this many rows the exact method's cubic time hurts; what is left then is taken best first.
const MOST_EXACT = 160;
// Gains are compared in steps, so that what is as good stays as good whatever the order of additions.
const STEP = 1 / 64;
// In those steps, and of all pairs together less than one: of what is as good the first are taken, in their order.
const OUT_OF_ORDER = 2 ** -30;
const IMPOSSIBLE = 1e12;

/**
 * The assignment of rows to columns with the largest total gain (Kuhn 1955, Munkres 1957; shortest augmenting paths), by
 * connected component. A pair is ambiguous when it is not in every assignment whose total is within `slack` of the best;
 * rows and columns may stay without a partner, of those that are as good the later ones.
 * @param slack how much less gain still counts as equally good, per exchanged pair.
 */
export function assign(edges: readonly Edge[], slack: number): Assigned[] {
  return componentsOf(edges).flatMap((component) =>
    component.rows.length <= MOST_EXACT && component.columns.length <= MOST_EXACT
      ? exact(component, slack)
      : greedy(component.edges, slack),
  );
}

interface Component {
  readonly rows: readonly number[];
  readonly columns: readonly number[];
  readonly edges: readonly Edge[];
}

function componentsOf(edges: readonly Edge[]): Component[] {
  const parent = new Map<string, string>();
  const find = (node: string): string => {
    let root = node;
    for (let up = parent.get(root); up !== undefined && up !== root; up = parent.get(root)) root = up;
    for (let at = node; at !== root;) {
      const next = parent.get(at) ?? root;
      parent.set(at, root);
      at = next;
    }
    return root;
  };
  for (const { row, column } of edges) {
    const [a, b] = [find(`r${row}`), find(`c${column}`)];
    parent.set(a, a);
    parent.set(b, a);
  }
  const byRoot = Map.groupBy(edges, ({ row }) => find(`r${row}`));
  return [...byRoot.values()].map((list) => ({
    rows: [...new Set(list.map(({ row }) => row))].sort((a, b) => a - b),
    columns: [...new Set(list.map(({ column }) => column))].sort((a, b) => a - b),
    edges: list,
  }));
}

function exact({ rows, columns, edges }: Component, slack: number): Assigned[] {
  const [only] = edges;
  if (edges.length === 1 && only) return [{ ...only, alternatives: 0 }];
  const [height, width] = [rows.length, columns.length];
  const rowAt = new Map(rows.map((row, at) => [row, at]));
  const columnAt = new Map(columns.map((column, at) => [column, at]));
  // Behind the real columns each row has one of its own, at no gain: to stay without a partner.
  const cost = rows.map(() => new Array<number>(width + height).fill(IMPOSSIBLE));
  for (const [at, row] of cost.entries()) row[width + at] = 0;
  for (const { row, column, gain } of edges) {
    const [at, to] = [rowAt.get(row) ?? 0, columnAt.get(column) ?? 0];
    const line = cost[at];
    if (line) line[to] = (at + to + (at - to) ** 2) * OUT_OF_ORDER - Math.round(gain / STEP);
  }
  const { owner, rowPrice, columnPrice } = hungarian(cost);
  // Which comes first makes no difference of a step.
  const tight = Math.floor(slack / STEP) + 0.5;
  const isTight = (row: number, column: number) =>
    (cost[row]?.[column] ?? 0) - (rowPrice[row] ?? 0) - (columnPrice[column] ?? 0) <= tight;
  // An exchange goes from a row to the row whose column it could take; through FREE when it takes a column that nobody has
  // and somebody gives up one that costs nothing to leave.
  const free = height;
  const next = rows.map((_, row) => {
    const to: number[] = [];
    for (let column = 0; column < width + height; column += 1) {
      if (column >= width && column !== width + row) continue;
      const holder = owner[column];
      if (holder === row || !isTight(row, column)) continue;
      to.push(holder ?? free);
    }
    return to;
  });
  const columnOf = new Map(
    [...owner.entries()].flatMap(([column, row]) => (row === undefined ? [] : [[row, column] as const])),
  );
  next.push(rows.flatMap((_, row) => (-(columnPrice[columnOf.get(row) ?? 0] ?? 0) <= tight ? [row] : [])));
  const ring = ringsOf(next);
  const takers = new Array<number>(height).fill(0);
  for (const [from, targets] of next.entries())
    for (const to of targets)
      if (from !== free && ring[from] === ring[to]) takers[to] = (takers[to] ?? 0) + 1;
  return rows.flatMap((row, at) => {
    const column = columnOf.get(at) ?? width;
    if (column >= width) return [];
    const gain = -Math.round(cost[at]?.[column] ?? 0) * STEP;
    const exchanges = (next[at] ?? []).filter((to) => ring[to] === ring[at]).length;
    return [{ row, column: columns[column] ?? 0, gain, alternatives: Math.max(exchanges, takers[at] ?? 0) }];
  });
}

/** Least total cost; every row gets a column. `owner[column]` is its row, or undefined. Prices are the dual solution. */
function hungarian(cost: readonly (readonly number[])[]) {
  const [height, width] = [cost.length, cost[0]?.length ?? 0];
  const rowPrice = new Array<number>(height + 1).fill(0);
  const columnPrice = new Array<number>(width + 1).fill(0);
  const match = new Array<number>(width + 1).fill(0);
  for (let row = 1; row <= height; row += 1) {
    match[0] = row;
    let at = 0;
    const least = new Array<number>(width + 1).fill(Infinity);
    const cameFrom = new Array<number>(width + 1).fill(0);
    const seen = new Array<boolean>(width + 1).fill(false);
    do {
      seen[at] = true;
      const current = match[at] ?? 0;
      const line = cost[current - 1] ?? [];
      let [delta, to] = [Infinity, 0];
      for (let column = 1; column <= width; column += 1) {
        if (seen[column]) continue;
        const reduced = (line[column - 1] ?? 0) - (rowPrice[current] ?? 0) - (columnPrice[column] ?? 0);
        if (reduced < (least[column] ?? 0)) {
          least[column] = reduced;
          cameFrom[column] = at;
        }
        if ((least[column] ?? 0) < delta) [delta, to] = [least[column] ?? 0, column];
      }
      for (let column = 0; column <= width; column += 1) {
        if (seen[column]) {
          const held = match[column] ?? 0;
          rowPrice[held] = (rowPrice[held] ?? 0) + delta;
          columnPrice[column] = (columnPrice[column] ?? 0) - delta;
        } else least[column] = (least[column] ?? 0) - delta;
      }
      at = to;
    } while (match[at] !== 0);
    while (at !== 0) {
      const from = cameFrom[at] ?? 0;
      match[at] = match[from] ?? 0;
      at = from;
    }
  }
  const owner = match.slice(1).map((row) => (row === 0 ? undefined : row - 1));
  return { owner, rowPrice: rowPrice.slice(1), columnPrice: columnPrice.slice(1) };
}

/** Numbers the strongly connected components of a graph (Tarjan 1972), without recursion. A node alone has its own. */
function ringsOf(next: readonly (readonly number[])[]): number[] {
  const index = new Array<number>(next.length).fill(-1);
  const low = new Array<number>(next.length).fill(0);
  const ring = new Array<number>(next.length).fill(-1);
  const stack: number[] = [];
  let [counter, rings] = [0, 0];
  for (let start = 0; start < next.length; start += 1) {
    if (index[start] !== -1) continue;
    const work: { node: number; at: number }[] = [{ node: start, at: 0 }];
    while (work.length > 0) {
      const frame = work.at(-1);
      if (!frame) break;
      const { node } = frame;
      if (frame.at === 0) {
        index[node] = low[node] = counter;
        counter += 1;
        stack.push(node);
      }
      const to = next[node]?.[frame.at];
      if (to !== undefined) {
        frame.at += 1;
        if (index[to] === -1) work.push({ node: to, at: 0 });
        else if (ring[to] === -1) low[node] = Math.min(low[node] ?? 0, index[to] ?? 0);
        continue;
      }
      if (low[node] === index[node]) {
        for (let popped = stack.pop(); popped !== undefined; popped = stack.pop()) {
          ring[popped] = rings;
          if (popped === node) break;
        }
        rings += 1;
      }
      work.pop();
      const parent = work.at(-1);
      if (parent) low[parent.node] = Math.min(low[parent.node] ?? 0, low[node] ?? 0);
    }
  }
  return ring;
}

function greedy(edges: readonly Edge[], slack: number): Assigned[] {
  const ordered = [...edges].sort((a, b) => b.gain - a.gain || a.row - b.row || a.column - b.column);
  const [rows, columns] = [new Set<number>(), new Set<number>()];
  const taken: Edge[] = [];
  for (const edge of ordered) {
    if (edge.gain <= 0 || rows.has(edge.row) || columns.has(edge.column)) continue;
    rows.add(edge.row);
    columns.add(edge.column);
    taken.push(edge);
  }
  const rivals = new Map<string, number[]>();
  for (const { row, column, gain } of edges)
    for (const key of [`r${row}`, `c${column}`]) {
      const list = rivals.get(key);
      if (list) list.push(gain);
      else rivals.set(key, [gain]);
    }
  return taken.map((edge) => {
    const asGood = (key: string) =>
      (rivals.get(key) ?? []).filter((gain) => gain >= edge.gain - slack).length - 1;
    return { ...edge, alternatives: Math.max(asGood(`r${edge.row}`), asGood(`c${edge.column}`)) };
  });
}
