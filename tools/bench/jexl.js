// The floor of `pawl-bench expressions`: the same expression and context in jexl on Node, synchronously.
// usage: node jexl.js FOLDER SECONDS    FOLDER holds node_modules/jexl. Prints one JSON object.
'use strict';
const path = require('path');
const [folder, seconds] = [process.argv[2], Number(process.argv[3])];
const jexl = require(path.resolve(folder, 'node_modules/jexl'));
const { version } = require(path.resolve(folder, 'node_modules/jexl/package.json'));
const source = 'nodes.a.last.data.n * 2 + (nodes.b.last.data.score > 10 ? 1 : 0)';
const context = {
  nodes: { a: { last: { data: { n: 21 }, timestamp: 1, error: null } }, b: { last: { data: { score: 11 }, timestamp: 2, error: null } } },
};

function rate(work) {
  let n = 16;
  const time = () => { const begin = process.hrtime.bigint(); work(n); return Number(process.hrtime.bigint() - begin) / 1e9; };
  let taken = time();
  while (taken < seconds / 10) { n *= 2; taken = time(); }
  n = Math.max(1, Math.floor(n * seconds / taken));
  return n / time();
}

const compiled = jexl.compile(source);
if (compiled.evalSync(context) !== 43) throw new Error('jexl gives another result');
const evaluations = rate((n) => { for (let i = 0; i < n; ++i) compiled.evalSync(context); });
const compiles = rate((n) => { for (let i = 0; i < n; ++i) jexl.compile(source); });
console.log(JSON.stringify({ jexl: version, node: process.version, evaluations_per_s: evaluations, compiles_per_s: compiles }));
