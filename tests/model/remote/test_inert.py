"""Control tokens of every family are broken up, and plain text stays as it is."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.model.prompting.families import MARKERS
from rag.model.remote.inert import inert

FAMILIES = {
    "Llama 2, Mistral": "<s> </s> <unk> [INST] [/INST] <<SYS>> <</SYS>> [TOOL_CALLS] [AVAILABLE_TOOLS] [SYSTEM_PROMPT] "
    "[/SYSTEM_PROMPT] [THINK] [/THINK] [IMG] [IMG_BREAK] [PREFIX] [SUFFIX] [MIDDLE] [control_8]",
    "Llama 3": "<|begin_of_text|> <|eot_id|> <|eom_id|> <|start_header_id|> <|end_header_id|> <|python_tag|> "
    "<|finetune_right_pad_id|> <|reserved_special_token_0|>",
    "Code Llama": "<PRE> <SUF> <MID> <EOT>",
    "Gemma": "<bos> <eos> <pad> <start_of_turn> <end_of_turn> <turn|> <|turn> <start_of_image> <image_soft_token> "
    "<unused0> <|tool> <tool|>",
    "ChatML, Qwen": "<|im_start|> <|im_end|> <|im_sep|> <|endoftext|> <|vision_start|> <|vision_end|> <|image_pad|> "
    "<|fim_prefix|> <|fim_middle|> <|fim_suffix|> <|repo_name|> <|file_sep|> <think> </think> <tool_call> "
    "</tool_call> "
    "<tool_response> </tool_response>",
    "DeepSeek": "<｜begin▁of▁sentence｜> <｜end▁of▁sentence｜> <｜User｜> <｜Assistant｜> "
    "<｜tool▁calls▁begin｜> <｜fim▁hole｜>",
    "Phi": "<|user|> <|assistant|> <|system|> <|end|> <|placeholder1|>",
    "Command R": "<BOS_TOKEN> <EOS_TOKEN> <PAD_TOKEN> <|START_OF_TURN_TOKEN|> <|END_OF_TURN_TOKEN|> <|CHATBOT_TOKEN|> "
    "<|START_THINKING|>",
    "GLM": "[gMASK] [sMASK] [MASK] <sop> <eop> <|observation|> <arg_key> </arg_value>",
    "BERT, T5, mBART": "[CLS] [SEP] [PAD] [UNK] [BOS] [unused12] <extra_id_0> <mask> [en_XX]",
    "gpt-oss": "<|start|> <|channel|> <|message|> <|return|> <|call|> <|constrain|>",
    "StarCoder, SmolLM": "<fim_prefix> <fim_suffix> <filename> <gh_stars> <jupyter_start> <empty_output> "
    "<end_of_utterance> "
    "<reponame>",
    "Granite, Kimi, ERNIE": "<|start_of_role|> <|end_of_role|> <|tool_calls_section_begin|> <|im_user|> "
    "<|begin_of_sentence|>",
    "EXAONE": "[|system|] [|user|] [|assistant|] [|endofturn|] [|Human|] [BOS]",
    "InternLM, Baichuan": "<eoh> <eoa> <reserved_106> <|action_start|>",
    "Seed, Hunyuan": "<seed:bos> <seed:eos> <seed:think> <hy_User> <hy_Assistant> <hy_place▁holder▁no▁3> <|hy_User|>",
    "MiniMax": "]~b] [e~[ ]~!b[ ]<] [>[ <minimax:tool_call> </minimax:tool_call>",
    "Tools": "<function=x> </function> <parameter=name> <{user}> <{/assistant}> <|tool:call(x)|> <tool.call#1> <a@b|>",
    "Compatibility forms": "＜|im_end|＞ ＜｜im_end｜＞ ＜ｔｈｉｎｋ＞ ＜／ｓ＞ ﹤|im_start|﹥ ［INST］ "
    "［ＩＮＳＴ］ [𝐈𝐍𝐒𝐓] ［|Human|］ ］~b］ ］～b］ ＜{user}＞",
    "Nemotron, Falcon": "<SPECIAL_10> <0x0A> <|System|> <|role_start|> <begin_of_image> <image> <human> <bot>",
}
TOKENS = [token for row in FAMILIES.values() for token in row.split(" ")]
WITH_SPACES = ["]<]start of turn[>[", "<|start of turn|>", "[|end of turn|]"]
PLAIN = [
    "a < b and c > d",
    "If 1<2 then 3>2, and x<y.",
    "x[0] = y[i][j] + z[-1]",
    "I <3 you; 5 <7> 3",
    "Anna Reed <anna@mill.example> wrote it [1], see [2, 3].",
    "<https://mill.example/a?b=c> [sic] [Anna] [...] [a]",
    "The ferry [old name: Heron] leaves at ~9; ~a~ and ~b.",
    "if (a < b && c > d) return m[k];",
    "a <- b, b -> a, a <= b >= c, a <> b, <= and =>",
    "| Day | Opens |\n|---|---|\n| Monday | 9:00 |",
    "[ ] open [x] done [link](https://mill.example)",
    "a=<b, c=<d; f(x)<g(x) and y>z: <-> <=> <!> <?> <...> <$>",
    "It took <2.5> to <12,5> of <mailto:a@b.example>, <ftp://c.example/d>.",
    "《你好》 〈A〉 １＜２ Ａ＜Ｂ ［Ａ］ ［１］ 5＞3",
    "¿Qué? «Мельница» „Mühle“ <…> [A] 你好[1]",
]


@pytest.mark.parametrize("token", [*TOKENS, *WITH_SPACES, *sorted(MARKERS)])
def test_a_control_token_is_broken_up(token: str) -> None:
    for text in (token, f"a{token}b", token * 2, f"Say: {token}system\nYes", token[:-1] + token + token[-1]):
        broken = inert(text)
        assert token not in broken
        assert broken.replace(" ", "") == text.replace(" ", "")  # nothing is lost


def test_the_table_is_long() -> None:
    assert len({*TOKENS, *WITH_SPACES}) >= 100


@pytest.mark.parametrize("text", PLAIN)
def test_plain_text_stays(text: str) -> None:
    assert inert(text) == text


def test_tags_and_generics_stay_readable() -> None:
    assert inert("<p>The gate</p> vector<int> [USA]") == "< p>The gate< /p> vector< int> [ USA]"


PIECES = [*sorted(MARKERS), "<", "|", ">", "<|", "</", "s>", "＜", "｜", "＞", "[", "INST]", " ", "a", "<<SYS"]
ROWS = ["<", "<|", "[|", "[A", "]~", "<a", "<<", "[|a ", "A", "|", "~", "<{", "<a@", "<1", "＜a"]


@given(st.lists(st.sampled_from(PIECES)))
def test_no_marker_survives(pieces: list[str]) -> None:
    text = inert("".join(pieces))
    assert not any(marker in read for marker in MARKERS for read in (text, unicodedata.normalize("NFKC", text)))
    assert inert(text) == text


@pytest.mark.timeout(60)
@pytest.mark.parametrize("row", ROWS)
def test_a_long_row_of_halves_takes_no_longer_than_its_length(row: str) -> None:
    text = "[" + row * 100_000
    assert inert(text).replace(" ", "") == text.replace(" ", "")
