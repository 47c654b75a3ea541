// What CircuitsVis is handed: text that is text both as HTML and as a tooltip.
import assert from "node:assert/strict";
import test from "node:test";

import { escaped, nested, piece, readable } from "../../widgets/circuitsvis/circuitsvis.js";

// As CircuitsVis 1.43.3 turns a token into HTML.
const html = (token) => token.replace(/\s/g, "&nbsp;").replace(/\n/g, "¶");

test("a piece as HTML is its label, escaped", () => {
  assert.equal(html(piece("<img/src=x>")), "&lt;img/src=x&gt;");
  assert.equal(html(piece("&amp;")), "&amp;amp;");
  assert.equal(html(piece(" a\n")), "·a⏎");
});

test("a piece as a React child, in a template and on an axis is its label", () => {
  const token = piece(" a<b");
  assert.deepEqual([...token], ["·a<b"]);
  assert.equal(`${token}`, "·a<b");
  assert.equal(token.replace(/\s/g, ""), "·a<b");
});

test("lines break after a newline as CircuitsVis breaks them", () => {
  assert.equal(piece("a\n\n").match(/\n/g).length, 2);
  assert.equal(piece("a").match(/\n/g), null);
});

test("escaping leaves nothing that HTML reads", () => {
  assert.equal(escaped(`<&>"'`), "&lt;&amp;&gt;&quot;&#39;");
});

test("every text of the props is made readable, numbers and colours are left", () => {
  const props = readable({ tokens: [["<s>"]], labels: ["\t"], positiveColor: "blue", minValue: -1, maskUpperTri: false });
  assert.equal(html(props.tokens[0][0]), "&lt;s&gt;");
  assert.deepEqual({ ...props, tokens: 0 }, { tokens: 0, labels: ["⇥"], positiveColor: "blue", minValue: -1, maskUpperTri: false });
});

test("nested lists follow the shape", () => {
  assert.deepEqual(nested([2, 1, 2], [1, 2, 3, 4]), [[[1, 2]], [[3, 4]]]);
});
