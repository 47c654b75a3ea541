// The rules of lab.sampling, on logits that were sorted once. What is left is always a stretch of the sorted pieces.

/** Rules in the order in which they apply, and the number that leaves each out. */
export const RULES = { repetition_penalty: 1, temperature: 1, top_k: null, top_p: null, min_p: null, typical: null };
export const CUTTING = ["greedy", "top_k", "top_p", "min_p", "typical"];

/** Logits sorted, likeliest first, equals by id; `size` of them are possible at all. */
export function ranked(logits) {
  const order = Int32Array.from(logits.keys()).sort((a, b) => logits[b] - logits[a] || a - b);
  const values = Float64Array.from(order, (id) => logits[id]);
  const place = new Int32Array(order.length);
  order.forEach((id, i) => { place[id] = i; });
  const own = scaled({ order, values }, 1);
  const total = sum(own.weights, 0, own.size);
  const probs = own.weights.map((weight) => weight / total);
  return { logits, order, values, place, probs, entropy: entropy(own, 0, own.size) };
}

/** What the rules leave: pieces `order[low]` to `order[high - 1]`, of weight `weights[i] / total`; and what each rule cut. */
export function ruled(base, settings, said = []) {
  const rules = { ...RULES, ...settings };
  const warm = scaled(rules.repetition_penalty === 1 ? base : penalised(base, rules.repetition_penalty, said), rules.temperature || 1);
  const whole = sum(warm.weights, 0, warm.size);
  const state = { ...warm, low: 0, high: warm.size, cuts: [], whole };
  const cut = (rule, [low, high]) => {
    const chance = (sum(warm.weights, state.low, low) + sum(warm.weights, high, state.high)) / whole;
    state.cuts.push({ rule, from: state.low, to: state.high, low, high, pieces: state.high - state.low - high + low, chance });
    Object.assign(state, { low, high });
  };
  if (rules.temperature === 0) cut("greedy", [0, 1]);
  else for (const rule of CUTTING.slice(1)) {
    const value = rules[rule];
    if (value !== null && !(value === 1 && (rule === "top_p" || rule === "typical"))) cut(rule, CUTS[rule](state, value));
  }
  state.total = sum(warm.weights, state.low, state.high);
  state.entropy = entropy(warm, state.low, state.high);
  state.cut = state.cuts.reduce((all, { chance }) => all + chance, 0);
  return state;
}

/** The chance of the piece at a place of the state's order. */
export const chance = (state, at) => (at >= state.low && at < state.high ? state.weights[at] / state.total : 0);

/** Which rule cut the piece at a place, or undefined. */
export const cutter = (state, at) => state.cuts.find(({ from, to, low, high }) => at >= from && at < to && (at < low || at >= high))?.rule;

const CUTS = {
  top_k({ scaled: x, low, high }, k) {
    let end = Math.min(k, high);
    while (end < high && x[end] === x[end - 1]) end++;
    return [low, end];
  },
  // From the least likely up: what together stays within 1 - p goes.
  top_p({ weights, low, high }, p) {
    const most = (1 - p) * sum(weights, low, high);
    let [end, gone] = [high, 0];
    while (end > 1 && (gone += weights[end - 1]) <= most) end--;
    return [low, end];
  },
  min_p({ weights, low, high }, share) {
    let end = high;
    while (end > 1 && weights[end - 1] < share * weights[0]) end--;
    return [low, end];
  },
  // From the entropy outwards, the nearer surprisal first, until the mass is reached; what is as near as the last stays too.
  typical(state, mass) {
    const { scaled: x, weights, low, high } = state;
    const total = sum(weights, low, high);
    const [lift, middle] = [Math.log(total), entropy(state, low, high)];
    const apart = (i) => (i < low || i >= high ? Infinity : Math.abs(lift - x[i] - middle));
    let right = low;
    while (right < high && lift - x[right] < middle) right++;
    let [left, gone, edge] = [right - 1, 0, 0];
    while (left >= low || right < high) {
      const at = apart(left) <= apart(right) ? left-- : right++;
      edge = apart(at);
      gone += weights[at] / total;
      if (gone >= mass) break;
    }
    while (apart(left) <= edge) left--;
    while (apart(right) <= edge) right++;
    return [left + 1, right];
  },
};

function scaled({ order, values }, temperature) {
  const [x, weights] = [new Float64Array(values.length), new Float64Array(values.length)];
  let size = 0;
  while (size < x.length && (x[size] = (values[size] - values[0]) / temperature) > -Infinity) weights[size] = Math.exp(x[size++]);
  return { order, scaled: x, weights, size };
}

/** The pieces of the text go down (over 1), and find their places among the others. */
function penalised({ order, values, place }, penalty, said) {
  const moved = Array.from(said, (id) => ({ id, value: values[place[id]] < 0 ? values[place[id]] * penalty : values[place[id]] / penalty }))
    .sort((a, b) => b.value - a.value || a.id - b.id);
  const gone = new Uint8Array(order.length);
  for (const { id } of moved) gone[place[id]] = 1;
  const [ids, sorted] = [new Int32Array(order.length), new Float64Array(order.length)];
  let [next, to] = [0, 0];
  const put = (id, value) => { ids[to] = id; sorted[to++] = value; };
  for (let i = 0; i < order.length; i++) {
    if (gone[i]) continue;
    while (next < moved.length && (moved[next].value > values[i] || (moved[next].value === values[i] && moved[next].id < order[i]))) put(moved[next].id, moved[next++].value);
    put(order[i], values[i]);
  }
  while (next < moved.length) put(moved[next].id, moved[next++].value);
  return { order: ids, values: sorted };
}

/** Summed from the least, so that small ones count. */
function sum(weights, from, to) {
  let all = 0;
  for (let i = to - 1; i >= from; i--) all += weights[i];
  return all;
}

/** In nats, of the pieces from, to. */
function entropy({ scaled: x, weights }, from, to) {
  let [all, mean] = [0, 0];
  for (let i = to - 1; i >= from; i--) if (weights[i]) { all += weights[i]; mean += weights[i] * x[i]; }
  return Math.max(0, Math.log(all) - mean / all);
}
