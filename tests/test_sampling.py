"""Continuations: greedy is argmax, the seed decides, the cache changes nothing."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from transformers import AutoModelForCausalLM

import lab
from lab import tokenizers
from lab.sampling import continuation, continued, drawing
from lab.storage import save

PROMPT = [84, 111, 109, 32, 114]


def chosen_anew(model, ids, pieces, choose):
    """Without any cache: the whole text is run for every piece."""
    ids = list(ids)
    with torch.inference_mode():
        for _ in range(pieces):
            token = choose(model(torch.tensor([ids]))[0, -1])
            if token == model.tokenizer.eos_token_id:
                break
            ids.append(token)
    return ids


def test_greedy_is_the_argmax_of_every_step_and_what_transformers_writes(tiny, tmp_path):
    ours = continued(tiny, PROMPT, 20, drawing(temperature=0))
    assert [*PROMPT, *ours] == chosen_anew(tiny, PROMPT, 20, lambda logits: int(logits.argmax()))
    bare = AutoModelForCausalLM.from_pretrained(save(tiny, tmp_path / "model"))
    theirs = bare.generate(
        torch.tensor([PROMPT]), do_sample=False, max_new_tokens=20, min_new_tokens=20
    )
    assert [*PROMPT, *ours] == theirs[0].tolist()


@pytest.mark.parametrize("how", [{"temperature": 0.8}, {"temperature": 1.3, "top_k": 5}])
def test_keys_and_values_kept_from_piece_to_piece_change_nothing(tiny, how):
    kept = continued(tiny, PROMPT, 30, drawing(**how, seed=7))
    assert [*PROMPT, *kept] == chosen_anew(tiny, PROMPT, 30, drawing(**how, seed=7))


def test_the_same_seed_gives_the_same_text_and_torchs_own_state_stays(tiny):
    state = torch.random.get_rng_state()
    texts = [continuation(tiny, "Tom", pieces=20, seed=seed) for seed in (3, 3, 4)]
    assert texts[0] == texts[1] != texts[2]
    assert torch.equal(state, torch.random.get_rng_state())


def test_a_prompt_and_its_continuation_are_the_text_of_all_ids(gpt2):
    words = tokenizers.word_tokenizer(["a", "b", "c"])
    model = lab.build(layers=1, tokenizer=words)
    assert continuation(model, "a b", pieces=3, top_k=1)[0] == " "
    text = continuation(gpt2, "Tom", pieces=12, seed=1)
    ids = continued(gpt2, [84, 111, 109], 12, drawing(0.8, seed=1))
    assert "Tom" + text == gpt2.tokenizer.decode([84, 111, 109, *ids])


def leaning(model, token):
    """The model, with one token made the likeliest by far from the 8th position on."""
    weight = torch.zeros(model.cfg.d_vocab)
    weight[token] = 1e4

    def lean(logits):
        after = (torch.arange(logits.shape[1]) >= 7).float()
        return logits + after[None, :, None] * weight

    return lab.edited(model, {"unembed.hook_out": lean})


def test_the_end_of_text_ends_it_and_is_not_part_of_it(tiny):
    written = continued(leaning(tiny, 256), PROMPT, 30, drawing(seed=1))
    assert len(written) == 3 and 256 not in written
    assert "endoftext" not in continuation(leaning(tiny, 256), PROMPT, temperature=0)


def test_an_edited_model_writes_under_its_edits(tiny):
    quiet = lab.edited(tiny, {("resid_post", -1): lambda resid: resid * 0 + resid[:, :1]})
    ids = continued(quiet, PROMPT, 8, drawing(0))
    assert [*PROMPT, *ids] == chosen_anew(quiet, PROMPT, 8, lambda logits: int(logits.argmax()))
    assert len(set(ids)) == 1  # every position is the first one's
    with tiny.hooks(fwd_hooks=[("blocks.1.hook_resid_post", lambda x, hook: x * 0 + x[:, :1])]):
        assert continued(tiny, PROMPT, 8, drawing(0)) == ids
    assert not any(point.fwd_hooks for point in tiny.hook_dict.values())


def test_writing_stops_where_the_context_is_full(tiny):
    context = tiny.cfg.n_ctx
    assert len(continued(tiny, PROMPT, context - len(PROMPT), drawing(0))) == context - len(PROMPT)
    text = continuation(tiny, [65] * (context - 2), pieces=60, top_k=1)
    ids = continued(tiny, [65] * (context - 2), 2, drawing(0))
    assert "A" * (context - 2) + text == tiny.tokenizer.decode([65] * (context - 2) + ids)
    assert continuation(tiny, [65] * context, pieces=60) == ""
    with pytest.raises(ValueError, match=f"{context + 3} tokens .* shorten it by 3"):
        continuation(tiny, [65] * (context + 3))


def test_an_empty_prompt_begins_behind_the_end_of_text(tiny):
    ids = continued(tiny, [256], 10, drawing(0.8))
    assert continuation(tiny, "", pieces=10) == tiny.tokenizer.decode([256, *ids])[13:]
    with pytest.raises(ValueError, match="prompt is empty"):
        continuation(tiny, "", prepend_bos=False)


def test_no_pieces_are_no_text(tiny):
    assert continuation(tiny, "Tom", pieces=0) == ""


@given(
    st.lists(st.floats(-50, 50), min_size=1, max_size=20, unique=True),
    st.integers(1, 25),
    st.integers(0, 2**31),
)
def test_a_draw_is_among_the_likeliest(values, top_k, seed):
    logits = torch.tensor(values)
    least = logits.sort(descending=True).values[min(top_k, len(values)) - 1]
    assert logits[drawing(2.0, top_k, seed)(logits)] >= least
    assert drawing(0.0, None, seed)(logits) == logits.argmax()
    assert logits[drawing(1.0, 1, seed)(logits)] == logits.max()


def test_near_temperature_0_the_draw_is_the_likeliest():
    logits = torch.tensor([0.0, 0.5, 0.499])
    assert {drawing(1e-6, seed=seed)(logits) for seed in range(50)} == {1}


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.0])
def test_draws_come_as_often_as_the_softmax_says(temperature):
    logits, choose = torch.tensor([0.0, 1.0, 2.0, -1.0]), drawing(temperature, seed=5)
    count = 4000
    drawn = torch.bincount(torch.tensor([choose(logits) for _ in range(count)]), minlength=4)
    shares = (logits / temperature).softmax(-1)
    assert ((drawn / count - shares).abs() < 4 * (shares * (1 - shares) / count).sqrt()).all()


@pytest.mark.parametrize(
    ("how", "says"),
    [
        ({"temperature": -1}, "temperature=-1"),
        ({"temperature": float("nan")}, "temperature=nan"),
        ({"top_k": 0}, "top_k=0"),
        ({"pieces": -1}, "pieces=-1"),
        ({"pieces": 2.5}, "pieces=2.5"),
    ],
)
def test_numbers_that_cannot_be_are_named(gpt2, how, says):
    with pytest.raises(ValueError, match=says):
        continuation(gpt2, "Tom", **how)
