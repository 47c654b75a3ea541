"""A kernel for a saved page: its questions reach the view they came from, answers go back."""

import base64

_CONNECT = """
([id, held]) => {
  const model = formicarium.models[id];
  model.widget_manager.offline = false;
  const bytes = (text) => new DataView(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer);
  const answer = async (question) => {
    const { content, buffers } = await answered(question);
    model.trigger("msg:custom", content, buffers.map(bytes));
  };
  globalThis.asked = [];
  globalThis.answerNext = () => answer(asked.shift());
  model.send = (question) => { if (held) asked.push(question); else answer(question); };
}
"""


def connect(opened, view, *, held: bool = False) -> list[dict]:
    """Let `view` answer its page, at once or (`held`) when the test calls `answerNext()`.

    Returns the questions answered so far, a list that grows.
    """
    questions: list[dict] = []

    def answered(question):
        questions.append(question)
        content, buffers = view._answers._answered(question)
        coded = [base64.b64encode(buffer).decode() for buffer in buffers]
        return {"content": content, "buffers": coded}

    opened.page.expose_function("answered", answered)
    opened.page.evaluate(_CONNECT, [view.model_id, held])
    return questions
