"""A kernel stand-in for a saved page that also carries what Python sets, as a notebook does.

`kernel.connect` answers questions; here every trait that an answer changed, in any of the views,
travels to the page before the answer itself.
"""

from __future__ import annotations

import base64
import json
from typing import Any

from ipywidgets.widgets.widget import _remove_buffers

_CONNECT = """
([ids, held]) => {
  globalThis.flying = [];      // questions that wait for an answer
  globalThis.most = 0;         // of one kind and one asker at any time
  globalThis.sent = 0;
  const raw = (text) => new DataView(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer);
  globalThis.bring = (news) => {
    for (const [id, { state, paths, buffers: parts }] of Object.entries(news)) {
      paths.forEach((path, i) => {
        path.slice(0, -1).reduce((value, key) => value[key], state)[path.at(-1)] = raw(parts[i]);
      });
      formicarium.models[id].set(state);
    }
  };
  const answer = async ([model, question]) => {
    const { content, buffers, news } = await answered(model, question);
    bring(news);
    formicarium.models[model].trigger("msg:custom", content, buffers.map(raw));
  };
  globalThis.answerNext = () => answer(flying.shift());
  for (const id of ids) {
    formicarium.models[id].widget_manager.offline = false;
    formicarium.models[id].send = (question) => {
      sent += 1;
      flying.push([id, question]);
      const alike = ([, { what, client }]) => what === question.what && client === question.client;
      most = Math.max(most, flying.filter(alike).length);
      if (!held.on) answerNext();
    };
    globalThis.hold = (on) => { held.on = on; };
  }
  const session = formicarium.models[ids[0]].get("session").replace("IPY_MODEL_", "");
  formicarium.models[session].trigger("comm_live_update");
}
"""


class Wire:
    """Views and their page; `questions` are those that Python was asked."""

    def __init__(self, open_views: Any, *views: Any, **how: Any) -> None:
        self.views, self.questions = views, []
        self.opened = open_views(*views, **how)
        self.page = self.opened.page
        self._known = {view.model_id: _state(view) for view in views}
        self.page.expose_function("answered", self._answered)
        self.page.evaluate(_CONNECT, [[view.model_id for view in views], {"on": False}])
        self.settle()

    def hold(self, on: bool) -> None:
        """Keep the questions back, until `settle`."""
        self.page.evaluate("(on) => hold(on)", on)

    def settle(self) -> None:
        """Answer everything, and let the page draw."""
        quiet = 0
        while quiet < 2:
            waiting = self.page.evaluate("async () => { if (flying.length) await answerNext(); "
                "await new Promise((r) => requestAnimationFrame(() => setTimeout(r, 30))); "
                "return flying.length; }")  # fmt: skip
            quiet = 0 if waiting else quiet + 1

    def finish(self) -> None:
        """The same, and all that the views do in threads of their own is done and brought too."""
        self.settle()
        for work in (
            vars(view).get(name) for view in self.views for name in ("_runner", "_tester")
        ):
            if work is not None:
                work.wait()
        self.page.evaluate("(news) => bring(news)", self._news())
        self.settle()

    def _answered(self, model_id: str, question: dict) -> dict:
        view = next(view for view in self.views if view.model_id == model_id)
        self.questions.append(question)
        content, buffers = view._answers._answered(question)
        coded = [base64.b64encode(buffer).decode() for buffer in buffers]
        return {"content": content, "buffers": coded, "news": self._news()}

    def _news(self) -> dict[str, dict]:
        news = {}
        for view in self.views:
            before, now = self._known[view.model_id], _state(view)
            changed = {name for name in now if now[name][0] != before[name][0]}
            self._known[view.model_id] = now
            if changed:
                state, paths, buffers = _remove_buffers({n: now[n][1] for n in changed})
                coded = [base64.b64encode(buffer).decode() for buffer in buffers]
                news[view.model_id] = {"state": state, "paths": paths, "buffers": coded}
        return news


def _state(view: Any) -> dict[str, tuple[str, Any]]:
    """Each synced trait with a mark that tells whether it changed."""
    found = {name: view.get_state(name)[name] for name in view.keys if not name.startswith("_view")}
    return {name: (_mark(value), value) for name, value in found.items()}


def _mark(value: Any) -> str:
    return json.dumps(value, default=lambda one: base64.b64encode(bytes(one)).decode())
