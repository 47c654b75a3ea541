// Draws with shared chance: every piece of every draw has its own noise, whatever the rules. The twin of lab.sampling.draws.

const [STEP, FIRST, SECOND] = [0x9e3779b9, 0x7feb352d, 0x846ca68b];
const FULL = 2 ** 32;
const LEAST = 0.5 / FULL;

function mixed(value, before, between) {
  let x = (Math.imul(value, STEP) + before) | 0;
  x = (Math.imul(x ^ (x >>> 16), FIRST) + between) | 0;
  x = Math.imul(x ^ (x >>> 15), SECOND);
  return (x ^ (x >>> 16)) >>> 0;
}

/** The id that a draw comes to: every piece needs the time noise / chance, and the first wins. */
export function drawn({ order, weights, low, high }, seed, draw) {
  const [before, between] = [mixed(draw, seed, 0), mixed(seed, draw, STEP)];
  let [best, time] = [order[low], Infinity];
  for (let i = low; i < high; i++) {
    const reach = time * weights[i];
    if (reach <= LEAST) break; // no noise is less, and weights only fall
    const share = (mixed(order[i], before, between) + 0.5) / FULL;
    if (1 - share >= reach) continue; // the noise is at least that: no need of a logarithm
    const takes = -Math.log(share) / weights[i];
    if (takes < time || (takes === time && order[i] < best)) [best, time] = [order[i], takes];
  }
  return best;
}

/** Draws in slices of a few milliseconds; `done(ids)` gets all of them, unless `signal` ends it before. */
export function drawnAll(state, seed, count, done, signal) {
  const ids = new Int32Array(count);
  let at = 0;
  const slice = () => {
    if (signal.aborted) return;
    const until = performance.now() + 6;
    while (at < count && performance.now() < until) ids[at] = drawn(state, seed, at++);
    if (at < count) setTimeout(slice);
    else done(ids);
  };
  slice();
}
