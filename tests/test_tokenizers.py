"""Tokenizers: any text comes back, text is made ready for them, templates cannot run on."""

import subprocess
import sys
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab import tokenizers
from lab.storage import Refused
from tests.clock import within

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
CHAT = [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": "Hi <b>there</b> & \u2028 café"},
    {"role": "assistant", "content": "Hello."},
    {"role": "user", "content": "Why?"},
]


@pytest.fixture(scope="module")
def byte():
    return tokenizers.byte_tokenizer()


@given(text=TEXT)
def test_any_text_comes_back_from_its_bytes(byte, text):
    ids = byte(text)["input_ids"]
    assert byte.decode(ids) == text
    assert ids == list(text.encode())


def test_the_end_of_text_mark_is_one_piece_beyond_the_bytes(byte):
    assert byte(tokenizers.bytelevel.END)["input_ids"] == [256]
    assert sorted(byte.get_vocab().values()) == list(range(257))
    assert byte.bos_token_id == byte.eos_token_id == byte.pad_token_id == 256


def test_byte_signs_are_those_of_gpt2():
    signs = tokenizers.byte_signs()
    assert (signs[0x20], signs[0x0A], signs[0x00], signs[0xAD]) == ("Ġ", "Ċ", "Ā", "Ń")
    assert len(set(signs)) == 256


def test_a_tokenizer_saved_and_loaded_gives_the_same_ids(byte, tmp_path):
    byte.save_pretrained(tmp_path)
    again = tokenizers.load(tmp_path)
    for text in ("Tom gave Lily", "a\r\nb  c\t", "café 日本 \x00 \u2028", "<|endoftext|>x"):
        assert again(text)["input_ids"] == byte(text)["input_ids"]
        assert again.decode(again(text)["input_ids"]) == text


def test_a_folder_without_a_tokenizer_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="nowhere"):
        tokenizers.load(tmp_path / "nowhere")
    with pytest.raises(Refused, match=str(tmp_path)):
        tokenizers.load(tmp_path)
    (tmp_path / "tokenizer.json").write_text("{}")
    with pytest.raises(Refused, match=str(tmp_path)):
        tokenizers.load(tmp_path)


@given(text=TEXT)
def test_clean_leaves_whole_characters_alone(text):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert tokenizers.clean(text) == text


def test_clean_replaces_half_characters_and_says_how_many():
    with pytest.warns(UserWarning, match="2 lone surrogates") as told:
        assert tokenizers.clean("a\ud83d b\udc00\x00\u2028") == "a\ufffd b\ufffd\x00\u2028"
    assert len(told) == 1
    with pytest.raises(TypeError, match="bytes"):
        tokenizers.clean(b"a")


@pytest.mark.smollm2
@pytest.mark.parametrize("prompt", [True, False])
def test_chat_text_equals_what_transformers_renders(smollm2, prompt):
    tokenizer = smollm2.tokenizer
    theirs = tokenizer.apply_chat_template(CHAT, tokenize=False, add_generation_prompt=prompt)
    assert tokenizers.chat_text(tokenizer, CHAT, prompt) == theirs
    assert tokenizers.chat_text(smollm2, CHAT, prompt) == theirs


TEMPLATES = [
    "{% for m in messages %}\n  {{ m['role'] }}: {{ m['content'] | trim }}\n{% endfor %}",
    "{{ bos_token }}{% for m in messages %}{{ m | tojson }}{% if loop.last %}{% break %}{% endif %}"
    "{% endfor %}{% if add_generation_prompt %}>{% endif %}",
    "{%- set ns = namespace(n=0) %}{% for m in messages %}{% set ns.n = ns.n + 1 %}{% endfor %}"
    "{{ ns.n }}{% generation %}x{% endgeneration %}{{ strftime_now('%Y')[:2] }}"
    "{{ tools is none }}{{ documents is defined }}",
]


@pytest.mark.parametrize("template", TEMPLATES)
def test_other_templates_render_as_in_transformers(byte, template):
    byte.chat_template = template
    theirs = byte.apply_chat_template(CHAT, tokenize=False, add_generation_prompt=True)
    assert tokenizers.chat_text(byte, CHAT) == theirs


ENDLESS = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"
GREEDY = (
    "{% set ns = namespace(x='ab') %}"
    "{% for a in range(60) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}"
)


@pytest.mark.parametrize(
    ("template", "says"),
    [
        (ENDLESS, "stopped after 0.5 seconds"),
        (GREEDY, "failed|stopped"),
        ("{{ raise_exception('roles must alternate') }}", "roles must alternate"),
        ("{% for %}", "TemplateSyntaxError"),
        ("{{ ''.__class__.__mro__[1].__subclasses__() }}", "SecurityError"),
        ("{% include '/etc/passwd' %}", "failed"),
        ("{{ messages[99].content }}", "UndefinedError"),
        ("{{ 1 / 0 }}", "ZeroDivisionError"),
        ("{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}", "RecursionError"),
    ],
)
def test_a_hostile_template_ends_in_one_line(byte, template, says):
    byte.chat_template = template
    with within(8), pytest.raises(ValueError, match=says) as caught:
        tokenizers.chat_text(byte, CHAT, seconds=0.5 if template is ENDLESS else 5)
    assert "\n" not in str(caught.value)


def test_no_template_and_no_role_are_told(byte):
    byte.chat_template = None
    with pytest.raises(ValueError, match="no chat template"):
        tokenizers.chat_text(byte, CHAT)
    byte.chat_template = TEMPLATES[0]
    with pytest.raises(TypeError, match="role and content"):
        tokenizers.chat_text(byte, [{"content": "x"}])


def test_rooms_load_without_torch():
    rooms = "import sys, lab.tokenizers, lab.storage, lab.bridges"
    heavy = "assert not {'torch', 'transformers', 'transformer_lens'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", f"{rooms}; {heavy}"], check=True)
