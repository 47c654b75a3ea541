"""Text as it is written: the same as a continuation, forked anywhere, on kept keys and values."""

import math
import threading

import pytest
import torch
from transformers import AutoModelForCausalLM

import lab
from lab.sampling import Reading, branch, continuation, contrastive, drawing, grower, stream, timed
from lab.sampling.timing import _counted
from lab.storage import save

PROMPT = [84, 111, 109, 32, 114]
GREEDY = {"temperature": 0}


def hooks_left(model):
    return [name for name, point in model.hook_dict.items() if point.fwd_hooks]


def written(steps):
    return [step.id for step in steps]


@pytest.mark.parametrize("rule", [GREEDY, {"temperature": 0.8}, {"temperature": 1.3, "top_k": 5}])
def test_a_stream_writes_what_a_continuation_does(tiny, rule):
    steps = list(stream(tiny, "Tom", pieces=12, rule=rule, seed=3))
    text = tiny.tokenizer.decode(written(steps))
    assert text == continuation(tiny, "Tom", pieces=12, seed=3, **rule)


def test_greedy_is_what_transformers_generates(tiny, tmp_path):
    bare = AutoModelForCausalLM.from_pretrained(save(tiny, tmp_path / "model"))
    theirs = bare.generate(torch.tensor([PROMPT]), do_sample=False, max_new_tokens=15)
    assert [*PROMPT, *written(stream(tiny, PROMPT, pieces=15, rule=GREEDY))] == theirs[0].tolist()


def test_each_step_tells_what_the_model_expected_there(tiny):
    ids = list(PROMPT)
    for step in stream(tiny, PROMPT, pieces=6, seed=1, top=5):
        logits = lab.trace(tiny, ids, keep=[]).logits[-1]
        expected = torch.tensor(logits).double().softmax(-1)
        assert step.probability == pytest.approx(float(expected[step.id]), abs=1e-5)
        assert step.surprisal == pytest.approx(-math.log(step.probability))
        assert step.entropy == pytest.approx(float(-(expected * expected.log()).sum()), abs=1e-4)
        assert step.rank == int((expected > expected[step.id]).sum())
        best = expected.topk(5)
        assert [other.id for other in step.alternatives] == best.indices.tolist()
        assert [o.probability for o in step.alternatives] == pytest.approx(best.values.tolist())
        ids.append(step.id)


def test_what_is_kept_changes_no_logit(tiny):
    kept, anew = Reading(tiny, PROMPT), Reading(tiny, PROMPT, kept=False)
    for token in [5, 200, 7, 7, 31]:
        torch.testing.assert_close(kept.logits(), anew.logits(), atol=1e-4, rtol=0)
        kept.take([token]), anew.take([token])
    assert (kept.positions, anew.positions) == (9, 5 + 6 + 7 + 8 + 9)


def test_a_fork_reads_as_if_it_had_begun_anew_and_leaves_the_first_as_it_was(tiny):
    first = Reading(tiny, PROMPT)
    first.logits()
    first.take([9])
    before = first.logits()
    fork = first.fork(3)
    fork.take([77])
    torch.testing.assert_close(
        fork.logits(), Reading(tiny, [*PROMPT[:3], 77]).logits(), atol=1e-4, rtol=0
    )
    assert fork.positions == first.positions + 2  # the place before, and the new piece
    fork.take([1, 2, 3], rows=[0, 0, 0])
    rows = torch.cat([Reading(tiny, row).logits() for row in fork.rows])
    torch.testing.assert_close(fork.logits(), rows, atol=1e-4, rtol=0)
    first.take([4])
    torch.testing.assert_close(
        first.logits(), Reading(tiny, [*PROMPT, 9, 4]).logits(), atol=1e-4, rtol=0
    )
    assert not torch.equal(before, first.logits())


def test_a_branch_is_a_fresh_run_from_that_text(tiny):
    how = {"rule": {"temperature": 0.9}, "seed": 4}
    ids = [*PROMPT, *written(stream(tiny, PROMPT, pieces=10, **how))]
    reading = Reading(tiny, ids)
    reading.logits()
    read = reading.positions
    first, *rest = branch(tiny, reading, 8, 65, pieces=7, **how)
    assert (first.id, first.piece) == (65, "A")
    assert written(rest) == written(stream(tiny, [*ids[:8], 65], pieces=6, **how))
    assert first.probability == pytest.approx(
        float(Reading(tiny, ids[:8]).logits().softmax(-1)[0, 65]), abs=1e-5
    )
    assert (reading.ids, reading.positions) == (ids, read)
    assert written(branch(tiny, ids, 8, 65, pieces=7, **how)) == written([first, *rest])


def test_a_grower_reads_no_text_twice(tiny):
    grow = grower(tiny, pieces=8, rule=GREEDY)
    ids = [*PROMPT, *written(grow(PROMPT))]
    assert grow.positions == len(PROMPT) + 7
    other = [*ids[:9], 65]
    assert written(grow(other)) == written(stream(tiny, other, pieces=8, rule=GREEDY))
    assert grow.positions == len(PROMPT) + 7 + 2 + 7
    assert written(grow(ids, pieces=1)) == written(stream(tiny, ids, pieces=1, rule=GREEDY))


def test_a_grower_asked_piece_by_piece_draws_what_one_run_draws(tiny):
    how = {"rule": {"temperature": 1.2}, "seed": 3}
    grow, ids = grower(tiny, **how), list(PROMPT)
    for _ in range(6):
        ids += written(grow(ids, pieces=1))
    assert ids[len(PROMPT) :] == written(stream(tiny, PROMPT, pieces=6, **how))


def test_trained_weights_are_not_mixed_with_what_was_read_before():
    model = lab.build("llama", layers=2, heads=2, d_model=16, context=32, seed=5)
    reading = Reading(model, PROMPT)
    reading.logits()
    with torch.no_grad():
        next(iter(model.parameters())).add_(0.5)
    reading.take([65])
    torch.testing.assert_close(reading.logits(), Reading(model, [*PROMPT, 65]).logits())


def test_edits_and_hooks_see_the_whole_text(tiny):
    seen = []
    quiet = lab.edited(tiny, {("resid_post", 0): lambda r: seen.append(r.shape[1]) or r * 0.5})
    steps = written(stream(quiet, PROMPT, pieces=4, rule=GREEDY))
    assert seen == [5, 6, 7, 8]
    assert tiny.tokenizer.decode(steps) == continuation(quiet, PROMPT, pieces=4, temperature=0)
    halved = [("blocks.0.hook_resid_post", lambda r, hook: r * 0.5)]
    going = stream(tiny, PROMPT, pieces=8, rule=GREEDY)
    ids = [*PROMPT, next(going).id]
    with tiny.hooks(fwd_hooks=halved):  # they come and go between the steps
        ids.append(next(going).id)
        assert ids[-1] == int(tiny(torch.tensor([ids[:-1]]))[0, -1].argmax())
    ids.append(next(going).id)
    assert ids[-1] == int(tiny(torch.tensor([ids[:-1]]))[0, -1].argmax())


def elsewhere(call):
    """What a call gives in another thread; None where it is held up."""
    found = []
    beside = threading.Thread(target=lambda: found.append(call()), daemon=True)
    beside.start()
    beside.join(5)
    return found[0] if found else None


def test_the_model_is_free_between_steps_and_after_the_end(tiny):
    going = stream(tiny, PROMPT, pieces=30)
    alone = continuation(tiny, "T", pieces=1, temperature=0)
    next(going)
    assert elsewhere(lambda: continuation(tiny, "T", pieces=1, temperature=0)) == alone
    assert not torch.is_inference_mode_enabled()
    next(going)
    going.close()
    assert elsewhere(lambda: continuation(tiny, "T", pieces=1, temperature=0)) == alone
    assert not hooks_left(tiny)


def test_an_error_on_the_way_leaves_no_hook_no_lock_and_a_sound_reading(llama):
    fails = lab.edited(llama, {("z", 1): lambda z: z / 0 if z.shape[1] < 7 else 1 / 0})
    going = stream(fails, PROMPT, pieces=9, rule=lambda logits, ids: 65)
    with pytest.raises(ZeroDivisionError):
        list(going)
    assert not hooks_left(llama)
    assert elsewhere(lambda: continuation(llama, "T", pieces=1)) is not None


def test_two_streams_at_once_write_what_each_writes_alone(tiny):
    alone = [written(stream(tiny, PROMPT, pieces=12, seed=seed)) for seed in (1, 2)]
    found = {}

    def write(seed):
        found[seed] = written(stream(tiny, PROMPT, pieces=12, seed=seed))

    threads = [threading.Thread(target=write, args=[seed]) for seed in (1, 2)]
    [thread.start() for thread in threads], [thread.join() for thread in threads]
    assert [found[1], found[2]] == alone


def test_a_stream_ends_with_the_text_and_with_the_context(tiny):
    end = tiny.tokenizer.eos_token_id
    given = iter([65, 66, end, 67])
    steps = list(stream(tiny, PROMPT, pieces=9, rule=lambda logits, ids: next(given)))
    assert [step.ended for step in steps] == [False, False, True]
    assert [step.ended for step in branch(tiny, PROMPT, 3, end)] == [True]
    context = tiny.cfg.n_ctx
    assert len(list(stream(tiny, [65] * (context - 2), pieces=9, rule=GREEDY))) == 2
    assert list(stream(tiny, "", pieces=0)) == []


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda model: stream(model, [65] * 70), "prompt has 70 tokens .* shorten it by 6"),
        (lambda model: stream(model, "Tom", pieces=-1), "pieces=-1"),
        (lambda model: stream(model, "Tom", top=0), "top=0"),
        (lambda model: stream(model, "Tom", rule={"temperature": -1}), "temperature=-1"),
        (lambda model: branch(model, "Tom", 4, 65), "at=4: the text has 3 tokens"),
        (lambda model: branch(model, "Tom", 1, 999), "token=999: the vocabulary runs"),
        (lambda model: contrastive(model, "Tom", penalty_alpha=2), "penalty_alpha=2"),
        (lambda model: timed(model, [65] * 64), "fills the whole context of 64"),
        (lambda model: timed(lab.edited(model, {}), "Tom"), "edited"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_runs(gpt2, call, says):
    with pytest.raises(ValueError, match=says):
        call(gpt2)


def test_a_rule_is_keywords_or_a_function(gpt2):
    with pytest.raises(TypeError, match="rule is a str"):
        stream(gpt2, "Tom", rule="greedy")
    alike = stream(gpt2, "Tom", pieces=5, rule=drawing(0.7, seed=9))
    ours = stream(gpt2, "Tom", pieces=5, rule={"temperature": 0.7}, seed=9)
    assert written(alike) == written(ours)


def contrasted_anew(bare, ids, pieces, alpha, k):
    """Su et al.'s equation 5 word for word: every candidate's text run whole, nothing kept."""
    ids = list(ids)
    for _ in range(pieces):
        with torch.inference_mode():
            shares, tokens = bare(torch.tensor([ids])).logits[0, -1].softmax(-1).topk(k)
            scores = []
            for share, token in zip(shares, tokens, strict=True):
                row = torch.tensor([[*ids, int(token)]])
                hidden = bare(row, output_hidden_states=True).hidden_states[-1][0]
                alike = torch.cosine_similarity(hidden[-1:], hidden[:-1]).max()
                scores.append((1 - alpha) * share - alpha * alike)
        ids.append(int(tokens[torch.stack(scores).argmax()]))
    return ids


def test_contrastive_search_is_the_papers_formula(tiny, tmp_path):
    bare = AutoModelForCausalLM.from_pretrained(save(tiny, tmp_path / "model"))
    for alpha, k in [(0.6, 4), (0.1, 3)]:
        steps = list(contrastive(tiny, PROMPT, pieces=6, penalty_alpha=alpha, top_k=k))
        assert [*PROMPT, *written(steps)] == contrasted_anew(bare, PROMPT, 6, alpha, k)
        for step in steps:
            assert step.id == max(step.candidates, key=lambda one: one.score).id
    greedy = written(contrastive(tiny, PROMPT, pieces=8, penalty_alpha=0))
    assert greedy == written(stream(tiny, PROMPT, pieces=8, rule=GREEDY))
    assert not hooks_left(tiny)


def test_positions_and_operations_with_and_without_the_cache_are_exact(gpt2):
    cost = timed(gpt2, PROMPT, pieces=20)
    assert cost.positions_kept.tolist() == [5] + [1] * 19
    assert cost.positions_anew.tolist() == cost.length.tolist() == list(range(5, 25))
    layers, wide, vocab = gpt2.cfg.n_layers, gpt2.cfg.d_model, gpt2.cfg.d_vocab
    matrices = layers * 12 * wide * wide + wide * vocab  # q k v o, four times wide and back

    def operations(new, whole):  # every matrix, and queries on keys, and weights on values
        return 2 * new * matrices + layers * 4 * new * whole * wide

    whole = cost.length.tolist()
    assert cost.flops_anew.tolist() == [operations(n, n) for n in whole]
    assert cost.flops_kept.tolist() == [operations(5, 5)] + [operations(1, n) for n in whole[1:]]
    assert cost.saved == pytest.approx(1 - cost.flops_kept.sum() / cost.flops_anew.sum())
    assert (cost.kept > 0).all() and (cost.anew > 0).all()
    assert written(stream(gpt2, PROMPT, pieces=20, rule=GREEDY)) == list(cost.ids[5:])


def test_counted_operations_of_any_step_are_those_of_that_step_run(llama):
    cost = timed(llama, PROMPT, pieces=12, rule={"temperature": 1.0}, seed=2)
    for at in (0, 3, 8):
        ids = cost.ids[: cost.length[at]]
        assert cost.flops_anew[at] == _counted(llama, ids, len(ids))
        assert cost.flops_kept[at] == _counted(llama, ids, int(cost.positions_kept[at]))
