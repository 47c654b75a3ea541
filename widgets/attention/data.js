// Bytes from Python → cells, and questions about one head's cells.
//
// A byte b stands for the weight (b/255)². A head's picture is side × side cells (the lower triangle
// when causal) without the first key, then the first key's column by itself: so the first token can be
// left out without new bytes. The layout is that of `_arrays.picture`.

/** The weight (share of 1) a byte stands for. */
export const share = (byte) => (byte / 255) ** 2;

/** The name of a head, the same everywhere. */
export const headName = (layer, head) => `L${layer}H${head}`;

/** Bytes of one head's picture. */
export const pictureSize = (side, causal) => (causal ? (side * (side + 1)) / 2 : side * side) + side;

/** A Uint8Array over whatever a binary trait or a message brings; no copy. */
export function bytesOf(buffer) {
  if (!buffer) return new Uint8Array(0);
  if (buffer instanceof ArrayBuffer) return new Uint8Array(buffer);
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}

/** Little-endian float32 numbers out of a buffer at any offset. */
export const floatsOf = (buffer) => new Float32Array(bytesOf(buffer).slice().buffer);

/** A picture's bytes → a source for `paint` over `tokens` tokens; `first` and `rest` of column 0 apart. */
export function unpack(bytes, side, causal, tokens = side) {
  const cells = new Uint8Array(side * side);
  let at = 0;
  for (let row = 0; row < side; row++) {
    const length = causal ? row + 1 : side;
    cells.set(bytes.subarray(at, at + length), row * side);
    at += length;
  }
  return source(cells, bytes.slice(at, at + side), {
    width: side, height: side, query: 0, key: 0, queries: tokens, keys: tokens,
  });
}

/** Cells with the first key's column apart (empty `first` where the first key is not among them). */
export function source(cells, first, place) {
  const rest = new Uint8Array(first.length);
  for (let row = 0; row < rest.length; row++) rest[row] = cells[row * place.width];
  return withFirst({ cells, first, rest, ...place }, true);
}

/** Put the first key's weights into the first column of the cells, or leave them out. */
export function withFirst(head, shown) {
  const { cells, rest, first, width } = head;
  if (head.shown !== shown) {
    for (let row = 0; row < rest.length; row++) {
      cells[row * width] = shown ? Math.max(rest[row], first[row]) : rest[row];
    }
  }
  head.shown = shown;
  return head;
}

/** Whether a head has one cell a token, so that its bytes tell single weights. */
export const isWhole = (head) => Boolean(head) && head.width === head.keys;

/** Where token `query` looks: its row of weights, from a whole head. */
export function looksAt(head, query) {
  const row = Float64Array.from(head.cells.subarray(query * head.width, (query + 1) * head.width), share);
  row[0] = share(head.first[query]);
  return row;
}

/** Who looks at token `key`: its column of weights, from a whole head. */
export function lookedAt(head, key) {
  if (key === 0) return Float64Array.from(head.first, share);
  return Float64Array.from({ length: head.height }, (_, row) => share(head.cells[row * head.width + key]));
}

/** Positions of the `count` largest values above 0, largest first; ties by position. */
export function strongest(values, count, skip = () => false) {
  const order = [];
  for (let i = 0; i < values.length; i++) if (values[i] > 0 && !skip(i)) order.push(i);
  return order.sort((a, b) => values[b] - values[a] || a - b).slice(0, count);
}

/** Places of values sorted, largest first (way 1) or smallest first (way -1); ties by place, unknown ones last. */
export function sorting(values, way) {
  const known = (value) => (Number.isNaN(value) ? -Infinity : way * value);
  return values.map((_, i) => i).sort((a, b) => known(values[b]) - known(values[a]) || a - b);
}

/** A head that spends so much on the first token mostly rests there. */
export const RESTS = 0.5;

/** 1 for the largest of the values, 2 for the next; equal values share a rank. */
export const rank = (values, at) => 1 + values.reduce((above, value) => above + (value > values[at]), 0);
